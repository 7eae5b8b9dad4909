import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import type { Response } from 'express';
import { ManualClock } from '../../core/clock/manual-clock.ts';
import { streamText } from '../../nodes/backend/stream-text.ts';

/** A client that takes a part only when the test says so. */
class Client extends Writable {
  readonly taken: string[] = [];
  headersSent = false;
  #take: (() => void) | undefined;

  constructor() {
    super({ highWaterMark: 1, decodeStrings: false });
  }

  status(): this {
    return this;
  }

  set(): this {
    this.headersSent = true;
    return this;
  }

  override _write(part: unknown, _encoding: string, done: () => void): void {
    this.taken.push(String(part));
    this.#take = done;
  }

  take(): void {
    this.#take?.();
  }
}

describe('a streamed answer', () => {
  let made: number;
  let ended: boolean;
  async function* parts(): AsyncGenerator<string> {
    try {
      while (made < 100) yield `part ${(made += 1)}`;
    } finally {
      ended = true;
    }
  }
  const settled = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 5));
  function stream(client: Client, signal = new AbortController().signal, clock = new ManualClock()): Promise<void> {
    return streamText(parts(), client as unknown as Response, { type: 'text/plain', clock, stalled: 30_000, signal });
  }

  beforeEach(() => {
    made = 0;
    ended = false;
  });

  it('is made no faster than the client takes it', async () => {
    const client = new Client();
    const test = new AbortController();
    const end = stream(client, test.signal);
    for (let taken = 1; taken <= 10; taken += 1) {
      await settled();
      assert.deepEqual([made, client.taken.length], [taken, taken]);
      client.take();
    }
    test.abort();
    await assert.rejects(end);
  });

  it('is given up when the client takes nothing for too long, and what makes it ends', async () => {
    const clock = new ManualClock();
    const end = stream(new Client(), new AbortController().signal, clock);
    await settled();
    clock.advance(29_999);
    assert.equal(ended, false);
    clock.advance(1);
    await assert.rejects(end);
    assert.deepEqual([made, ended], [1, true]);
  });

  it('ends when the client has gone', async () => {
    const gone = new AbortController();
    const end = stream(new Client(), gone.signal);
    await settled();
    gone.abort(new Error('gone'));
    await assert.rejects(end);
    assert.equal(ended, true);
  });
});
