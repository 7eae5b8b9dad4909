import type { Duplex } from 'node:stream';

/** How many messages of a client may be under way, and how many of its bytes are parsed in one go. */
interface Share {
  messages: number;
  bytes: number;
}

/** A turn of the event loop with so many messages takes about a tenth of a second. */
const MESSAGES_OF_ALL = 16_000;
/** While all clients together have less than that under way, large parts are cheaper; */
const AMPLE: Share = { messages: 1_000, bytes: 64 * 1024 };
/** beyond it each has a little, so that hundreds that send all they can do not stop the event loop. */
const SCARCE: Share = { messages: 64, bytes: 8 * 1024 };

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
    const share = (): Share => (this.#underWay < MESSAGES_OF_ALL ? AMPLE : SCARCE);
    /** A part is being parsed, and somebody asked for more meanwhile: the parser cannot be entered twice. */
    let parsing = false;
    let asked = false;
    const read = stream.read.bind(stream);
    stream.read = (size?: number): unknown => {
      if (typeof size === 'number') return read(size);
      const { messages, bytes } = share();
      waiting = underWay >= messages;
      asked = parsing;
      if (waiting || asked || stream.destroyed) return null;
      if (stream.readableLength <= bytes) return read(size);
      parsing = true;
      // The end of a message reads on. In the middle of a large one, where none has begun, nothing else would.
      queueMicrotask(() => {
        parsing = false;
        if ((asked || underWay === 0) && !stream.destroyed && stream.readableLength > 0) stream.emit('readable');
      });
      return read(bytes);
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
        if (waiting && underWay < share().messages) stream.emit('readable');
      },
    };
  }
}
