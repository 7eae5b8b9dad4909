import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { ReadGate } from '../../../core/mqtt/read-gate.ts';
import type { Reading } from '../../../core/mqtt/read-gate.ts';

/** A turn of the event loop in which streams and microtasks get on. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Reads as aedes does: when something is readable, and when a message has ended; each message is under way until told. */
class Parser {
  readonly stream = new PassThrough({ highWaterMark: 1024 * 1024 });
  readonly reading: Reading;
  /** Bytes of each part that was parsed. */
  readonly parts: number[] = [];
  messages = 0;
  #rest = 0;
  readonly #bytesAMessage: number;

  constructor(gate: ReadGate, bytesAMessage: number) {
    this.reading = gate.guard(this.stream);
    this.#bytesAMessage = bytesAMessage;
    this.stream.on('readable', () => this.#parse());
  }

  /** The end of a message makes it read on. */
  answer(messages: number): void {
    for (let index = 0; index < messages; index += 1) {
      this.#parse();
      this.reading.ended();
    }
  }

  #parse(): void {
    const part: unknown = this.stream.read();
    if (!(part instanceof Uint8Array)) return;
    this.parts.push(part.length);
    for (this.#rest += part.length; this.#rest >= this.#bytesAMessage; this.#rest -= this.#bytesAMessage) {
      this.messages += 1;
      this.reading.began();
    }
  }
}

describe('the reading of an MQTT connection', () => {
  it('takes a part at a time, and of a large message all of it', async () => {
    const parser = new Parser(new ReadGate(), 1_000_000);
    parser.stream.write(Buffer.alloc(1_000_000));
    await turn();
    assert.equal(parser.messages, 1);
    assert.ok(Math.max(...parser.parts) <= 65_536, `${Math.max(...parser.parts)} bytes in one go`);
  });

  it('stops while a thousand messages are under way, and goes on as they are answered', async () => {
    const parser = new Parser(new ReadGate(), 100);
    parser.stream.write(Buffer.alloc(1_000_000));
    await turn();
    const first = parser.messages;
    assert.ok(first >= 655 && first < 2_000, `${first} messages under way`);
    for (let round = 0; round < 100 && parser.messages < 10_000; round += 1) {
      parser.answer(900);
      await turn();
    }
    assert.equal(parser.messages, 10_000);
  });

  it('gives each connection less, in smaller parts, while all together have much under way, and none is starved', async () => {
    const gate = new ReadGate();
    const parsers = Array.from({ length: 40 }, () => new Parser(gate, 100));
    for (const { stream } of parsers) stream.write(Buffer.alloc(500_000));
    await turn();
    const underWay = parsers.reduce((sum, { messages }) => sum + messages, 0);
    assert.ok(underWay < 25_000, `${underWay} messages under way`);
    assert.ok(parsers.some(({ parts }) => parts.length === 1 && (parts[0] ?? 0) <= 8_192), 'none was given a small part');
    for (let round = 0; round < 200 && parsers.some(({ messages }) => messages < 5_000); round += 1) {
      for (const parser of parsers) parser.answer(100);
      await turn();
    }
    assert.deepEqual(parsers.filter(({ messages }) => messages < 5_000).length, 0);
  });

  it('does not count what a connection that has ended had under way', async () => {
    const gate = new ReadGate();
    const gone = Array.from({ length: 20 }, () => new Parser(gate, 10));
    for (const { stream } of gone) stream.write(Buffer.alloc(50_000));
    await turn();
    for (const { stream } of gone) stream.destroy();
    await turn();
    for (const parser of gone) parser.answer(10);
    const parser = new Parser(gate, 10);
    parser.stream.write(Buffer.alloc(8_000));
    await turn();
    assert.equal(parser.messages, 800);
  });
});
