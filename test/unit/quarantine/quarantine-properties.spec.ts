import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { InboxEntry } from '../../../core/inbox/channel.ts';
import type { QuarantineFilter } from '../../../core/quarantine/quarantine.ts';
import { QuarantineError } from '../../../core/quarantine/quarantine-error.ts';
import { Consumer, payloadText, recordOf, turn } from '../inbox/fixture.ts';
import { CAUSE, QuarantineFixture, UNREADABLE } from './fixture.ts';

type Step =
  | { do: 'append'; device: string; count: number }
  | { do: 'condemn'; device: string; count: number }
  | { do: 'settle' | 'refuse' | 'fail'; which: number }
  | { do: 'sample'; which: number; sample: number; settles: boolean }
  | { do: 'drop' | 'release'; filter: QuarantineFilter }
  | { do: 'bounds'; rows: number }
  | { do: 'pass'; milliseconds: number }
  | { do: 'crash'; torn: Uint8Array }
  | { do: 'restart' | 'cancel' };

const devices = fc.constantFrom('a', 'b', 'c');
const filter: fc.Arbitrary<QuarantineFilter> = fc.oneof(
  fc.constant({}), ...[fc.record({ device: devices }), fc.record({ reason: fc.constantFrom('contract', 'type') }), fc.record({ upTo: fc.nat(20) }), fc.record({ reason: fc.constantFrom('contract', 'type'), device: devices, upTo: fc.nat(20) }), fc.record({ ids: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 6 }) })].map((one) => one.map((made) => ({ ...made }))),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('append' as const), device: devices, count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('condemn' as const), device: devices, count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('settle' as const, 'refuse' as const, 'refuse' as const, 'fail' as const), which: fc.nat(20) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('sample' as const), which: fc.nat(20), sample: fc.nat(2), settles: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('drop' as const, 'release' as const, 'release' as const), filter }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('bounds' as const), rows: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), milliseconds: fc.constantFrom(4, 10, 100, 4_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), torn: fc.uint8Array({ maxLength: 32 }) }) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ do: 'restart' }, { do: 'cancel' }) },
);

/** What is known of the quarantine from outside, to compare it with. */
class Model {
  readonly fixture = new QuarantineFixture();
  consumer = new Consumer({ window: 6, deliverAtMost: 3 });
  /** What has been seen in quarantine: the id and what it is of. */
  readonly seen = new Map<number, string>();
  acknowledged = 0;
  #named = 0;

  async attach(): Promise<void> {
    this.consumer = await this.fixture.attach(new Consumer({ window: 6, deliverAtMost: 3 }));
  }

  async run(next: Step): Promise<void> {
    const { fixture } = this;
    const { inbox } = fixture;
    const { quarantine } = inbox;
    const channel = inbox.channel('gateway');
    const acknowledge = (error?: Error): void => void (error ?? (this.acknowledged += 1));
    switch (next.do) {
      case 'append':
        for (let count = 0; count < next.count; count += 1) inbox.append('gateway', recordOf(`r${this.#named++}`, next.device), acknowledge);
        break;
      case 'condemn':
        for (let count = 0; count < next.count; count += 1) inbox.condemn('gateway', recordOf(`r${this.#named++}`, next.device), UNREADABLE, acknowledge);
        break;
      case 'settle': case 'refuse': case 'fail': {
        const entry = this.#take(next.which);
        if (!entry) break;
        if (next.do === 'settle') channel.settle(entry, 'stored');
        else if (next.do === 'refuse') channel.refuse(entry, 'type', 'no reading');
        else channel.fail(entry, new Error('no'));
        break;
      }
      case 'sample': {
        const entry = this.#take(next.which);
        if (!entry) break;
        const { position, record } = entry;
        inbox.quarantineSample({ position, record, channel: 'gateway', sample: record.released?.sample ?? next.sample, ...CAUSE }, (error) => {
          if (error || !next.settles) channel.fail(entry, error ?? new Error('no'));
          else channel.settle(entry, 'quarantined');
        });
        break;
      }
      case 'drop': {
        const meant = this.#ids(next.filter);
        assert.equal(await quarantine.drop(next.filter), meant.length);
        assert.deepEqual(this.#ids(next.filter), []);
        break;
      }
      case 'release':
        try {
          {
            const { length } = this.#ids(next.filter);
            assert.equal((await quarantine.release(next.filter)).total, length);
          }
        } catch (error) {
          if (!(error instanceof QuarantineError)) throw error;
        }
        break;
      case 'cancel': quarantine.cancel(); break;
      case 'bounds': quarantine.setBounds({ maximumRows: next.rows, maximumBytes: 1e9, maximumAge: 0 }); break;
      case 'pass': fixture.clock.advance(next.milliseconds); break;
      case 'crash': case 'restart': {
        const before = this.#ids({});
        const { released, dropped, lost } = quarantine.summary();
        const job = quarantine.progress();
        if (next.do === 'crash') fixture.crash(next.torn);
        else fixture.restart();
        const after = fixture.inbox.quarantine;
        const summary = after.summary();
        const ids = new Set(this.#ids({}));
        if (next.do === 'crash') assert.deepEqual([summary.released, summary.dropped, summary.lost, after.progress()], [released, dropped, lost, job]);
        // A record that kills again and again may have come to it.
        if (next.do === 'crash') assert.ok(before.every((id) => ids.has(id)), 'a kill has taken something out');
        await this.attach();
        break;
      }
    }
    await turn();
    this.check();
  }

  check(): void {
    const { quarantine, ledger } = this.fixture.inbox;
    const { put, waiting, released, dropped, lost, byDevice, byReason, byContract, bytes, oldest } = quarantine.summary();
    const { entries } = quarantine.list({}, { limit: 10_000 });
    assert.deepEqual([put, waiting], [waiting + released + dropped + lost, entries.length]);
    const count = (of: (entry: (typeof entries)[number]) => string | undefined): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const entry of entries) {
        const name = of(entry);
        if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
      }
      return counts;
    };
    assert.deepEqual([byDevice, byReason, byContract], [count(({ device }) => device), count(({ reason }) => reason), count(({ contract }) => contract?.id)]);
    assert.deepEqual([bytes, oldest], [entries.reduce((sum, { payload, topic }) => sum + payload.length + topic.length, 0), entries.length === 0 ? undefined : 1_700_000_000_000]);
    const waits = new Set<string>();
    for (const entry of entries) {
      const what = `${payloadText(entry)} ${entry.sample ?? 'whole'} ${entry.device}`;
      assert.equal(this.seen.get(entry.id) ?? what, what, 'an id was given twice');
      this.seen.set(entry.id, what);
      assert.ok(!waits.has(what), `${what} waits twice`);
      waits.add(what);
      assert.ok(entry.id <= put);
    }
    const { total } = ledger.read();
    assert.deepEqual([total.difference, total.received, total.released], [0, this.acknowledged, released]);
    for (const statement of ledger.devices('', 100).flatMap((device) => Object.values(ledger.device(device)))) assert.equal(statement.difference, 0);
  }

  #take(which: number): InboxEntry | undefined {
    return this.consumer.held.splice(which % Math.max(1, this.consumer.held.length), 1)[0];
  }

  #ids(meant: QuarantineFilter): number[] {
    return this.fixture.inbox.quarantine.list(meant, { limit: 10_000 }).entries.map(({ id }) => id);
  }
}

describe('the quarantine, whatever happens', () => {
  it('knows of every entry that ever came what became of it, beside a ledger that adds up, over kills and restarts', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const model = new Model();
      try {
        await model.attach();
        for (const next of steps) await model.run(next);
        assert.deepEqual(model.fixture.problems, []);
      } finally {
        model.fixture.dispose();
      }
    }), { numRuns: 60 });
  }).timeout(120_000);
});
