import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Consumer, InboxFixture, payloadText, textOf, turn } from './fixture.ts';

type Step =
  | { do: 'append'; count: number; commit: boolean }
  | { do: 'settle' | 'fail' | 'interrupt' | 'refuse'; which: number; count: number }
  | { do: 'advance'; by: number }
  | { do: 'crash'; torn: Uint8Array }
  | { do: 'restart' | 'attach' | 'detach' }
  | { do: 'pause'; paused: boolean };

const answer = (kind: 'settle' | 'fail' | 'interrupt' | 'refuse'): fc.Arbitrary<Step> =>
  fc.record({ do: fc.constant(kind), which: fc.nat(), count: fc.integer({ min: 1, max: 6 }) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 9 }), commit: fc.boolean() }) },
  { weight: 6, arbitrary: answer('settle') },
  { weight: 4, arbitrary: answer('fail') },
  { weight: 1, arbitrary: answer('interrupt') },
  { weight: 1, arbitrary: answer('refuse') },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('advance' as const), by: fc.constantFrom(4, 1_000, 2_000, 40_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), torn: fc.uint8Array({ maxLength: 64 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'attach' as const, 'detach' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), paused: fc.boolean() }) },
);

/** What a life of the process knows of its records, against what the inbox may do with them. */
class Model {
  readonly fixture = new InboxFixture();
  readonly window: number;
  readonly settled = new Set<string>();
  /** May never be seen again: a clean stop or quarantine is between. */
  readonly over = new Set<string>();
  readonly mayBeBuried = new Set<string>();
  failures = new Map<string, number>();
  settledInThisLife = new Set<string>();
  consumer: Consumer;
  crashes = 0;
  #appended = 0;
  #pending = 0;
  /** The largest number of records that were committed together: they are read together. */
  #largest = 0;

  constructor(window: number) {
    this.window = window;
    this.consumer = this.attach();
  }

  attach(): Consumer {
    const held = this.consumer?.held ?? [];
    this.consumer = new Consumer({ window: this.window, deliverAtMost: 4, settleTimeout: 30_000 });
    this.consumer.held.push(...held);
    this.consumer.gaveUp = (entry): void => {
      this.consumer.held.splice(this.consumer.held.indexOf(entry), 1);
      this.#failed(textOf(entry));
    };
    this.fixture.inbox.channel('gateway').attach(this.consumer);
    return this.consumer;
  }

  async run(next: Step): Promise<void> {
    const { fixture } = this;
    const channel = fixture.inbox.channel('gateway');
    switch (next.do) {
      case 'append':
        fixture.append(...Array.from({ length: next.count }, () => `r${this.#appended++}`));
        this.#pending += next.count;
        this.#largest = Math.max(this.#largest, this.#pending);
        if (next.commit) fixture.clock.advance(4);
        if (next.commit) this.#pending = 0;
        break;
      case 'settle': case 'fail': case 'interrupt': case 'refuse':
        for (let count = 0; count < next.count && this.consumer.held.length > 0; count += 1) this.#answer(next.do, next.which);
        break;
      case 'advance':
        fixture.clock.advance(next.by);
        this.#pending = 0;
        break;
      case 'pause': fixture.inbox.pause(next.paused); break;
      case 'attach': this.attach(); break;
      case 'detach': channel.detach(this.consumer); break;
      case 'restart': {
        fixture.restart();
        for (const text of this.settledInThisLife) this.over.add(text);
        this.#newLife();
        break;
      }
      case 'crash': {
        this.crashes += 1;
        if (this.consumer.held.length <= 1) for (const text of this.consumer.delivered) this.mayBeBuried.add(text);
        fixture.crash(next.torn);
        this.#newLife();
        break;
      }
    }
    await turn();
    this.check();
  }

  check(): void {
    const { fixture, consumer } = this;
    const { inFlight, loaded } = fixture.inbox.channel('gateway');
    assert.ok(inFlight <= this.window && consumer.held.length <= this.window, `${consumer.held.length} held with a window of ${this.window}`);
    assert.ok(loaded <= 4 * this.window + this.#largest, `${loaded} records loaded`);
    for (const text of consumer.texts) {
      assert.ok(fixture.committed.includes(text), `${text} was delivered and not acknowledged`);
      assert.ok(!this.settledInThisLife.has(text), `${text} was delivered again in the life in which it settled`);
      assert.ok(!this.over.has(text), `${text} was delivered again after a clean stop`);
      assert.ok((this.failures.get(text) ?? 0) < 3, `${text} was delivered again after three failures`);
    }
    assert.equal(new Set(consumer.texts).size, consumer.held.length, 'a record is in the flow twice');
  }

  /** The flow works again: whatever comes settles. */
  async end(): Promise<void> {
    const { fixture } = this;
    fixture.inbox.pause(false);
    this.attach();
    for (let idle = 0; idle < 5; idle += 1) {
      fixture.clock.advance(2_000);
      await turn();
      this.check();
      while (this.consumer.held.length > 0) {
        idle = 0;
        while (this.consumer.held.length > 0) this.#answer('settle', 0);
        await turn();
        this.check();
      }
    }
    const quarantined = fixture.inbox.quarantine.list({}, { limit: 10_000 }).entries.map(payloadText);
    for (const text of quarantined) assert.ok(this.mayBeBuried.has(text), `${text} is in quarantine after ${this.crashes} deaths and for no reason`);
    const lost = fixture.committed.filter((text) => !this.settled.has(text) && !quarantined.includes(text));
    assert.deepEqual(lost, []);
    assert.deepEqual([fixture.query('SELECT * FROM batch'), fixture.problems], [[], []]);
  }

  #answer(kind: 'settle' | 'fail' | 'interrupt' | 'refuse', which: number): void {
    const { texts } = this.consumer;
    const text = texts[which % texts.length];
    const entry = this.consumer.take(text);
    const channel = this.fixture.inbox.channel('gateway');
    if (kind === 'settle') {
      this.settled.add(textOf(entry));
      this.settledInThisLife.add(textOf(entry));
      channel.settle(entry);
    } else if (kind === 'fail') {
      this.#failed(textOf(entry));
      channel.fail(entry, new Error('the flow failed'));
    } else if (kind === 'interrupt') channel.interrupt(entry);
    else {
      this.mayBeBuried.add(textOf(entry));
      this.settledInThisLife.add(textOf(entry));
      channel.refuse(entry, 'decode', 'not JSON');
    }
  }

  #failed(text: string): void {
    this.failures.set(text, (this.failures.get(text) ?? 0) + 1);
    if (this.failures.get(text) === 3) this.mayBeBuried.add(text);
  }

  #newLife(): void {
    this.#pending = 0;
    this.failures = new Map();
    this.settledInThisLife = new Set();
    this.consumer.held.length = 0;
    this.attach();
  }
}

describe('the inbox, whatever happens', () => {
  it('loses nothing that it acknowledged, and never floods the flow', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), fc.integer({ min: 1, max: 8 }), async (steps, window) => {
      const model = new Model(window);
      try {
        await turn();
        for (const next of steps) await model.run(next);
        await model.end();
      } finally {
        model.fixture.dispose();
      }
    }), { numRuns: 100 });
  }).timeout(60_000);
});
