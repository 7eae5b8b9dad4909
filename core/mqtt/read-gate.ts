import type { Duplex } from 'node:stream';

/** At most this many bytes of a client are parsed in one go. */
const BYTES_AT_ONCE = 8 * 1024;
/** A client may have so many messages under way, */
const MESSAGES = 1_000;
/** but only so many each while all clients together have more than that. */
const MESSAGES_OF_ALL = 8_000;
const MESSAGES_WHEN_MANY = 64;

/** How one connection is read. */
export interface Reading {
  /** A message was read, and is on its way to its acknowledgement. */
  began(): void;
  /** It has been answered, or never will be. */
  ended(): void;
}

/**
 * Reads no more of a client while enough of its messages are under way; the rest waits in the system's buffers, and then with the
 * client (TCP flow control, RFC 9293 section 3.8). aedes by itself reads on whenever something arrives, so that the memory of the server would
 * hold whatever its clients care to send; and it reads all there is at once, so that hundreds of clients would stop the event loop.
 */
export class ReadGate {
  #underWay = 0;

  /** Takes over the reading of `stream`. */
  guard(stream: Duplex): Reading {
    let underWay = 0;
    let waiting = false;
    const isOpen = (): boolean => underWay < (this.#underWay < MESSAGES_OF_ALL ? MESSAGES : MESSAGES_WHEN_MANY);
    /** A part is being parsed, and somebody asked for more meanwhile: the parser cannot be entered twice. */
    let parsing = false;
    let asked = false;
    const read = stream.read.bind(stream);
    stream.read = (size?: number): unknown => {
      if (typeof size === 'number') return read(size);
      waiting = !isOpen();
      asked = parsing;
      if (waiting || asked || stream.destroyed) return null;
      if (stream.readableLength <= BYTES_AT_ONCE) return read(size);
      parsing = true;
      // The end of a message reads on. In the middle of a large one, where none has begun, nothing else would.
      queueMicrotask(() => {
        parsing = false;
        if ((asked || underWay === 0) && !stream.destroyed && stream.readableLength > 0) stream.emit('readable');
      });
      return read(BYTES_AT_ONCE);
    };
    // What a connection that has ended still had under way is nobody's burden any more.
    stream.once('close', () => {
      this.#underWay -= underWay;
      underWay = 0;
    });
    return {
      began: () => {
        underWay += 1;
        this.#underWay += 1;
      },
      ended: () => {
        if (underWay === 0) return;
        underWay -= 1;
        this.#underWay -= 1;
        if (waiting && isOpen()) stream.emit('readable');
      },
    };
  }
}
