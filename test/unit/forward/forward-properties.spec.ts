import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Batch } from '../../../core/forward/target/target.ts';
import { ForwardFixture, reading, saidIn, turn } from './fixture.ts';

const DEVICES = 3;
const LAST = 200;

type Step =
  | { kind: 'queue'; devices: number[] }
  | { kind: 'again'; back: number }
  | { kind: 'answer' | 'lose-answer' | 'lose' | 'kill' | 'restart' }
  | { kind: 'turn'; milliseconds: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('queue' as const), devices: fc.array(fc.nat(DEVICES - 1), { minLength: 1, maxLength: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('again' as const), back: fc.nat(20) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('answer' as const, 'answer' as const, 'answer' as const, 'lose-answer' as const, 'lose' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('kill' as const, 'restart' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('turn' as const), milliseconds: fc.constantFrom(1, 30, 1_000, 12_000) }) },
);

/** What the other side has taken: each id once, in the order of its first arrival. */
class Receiver {
  readonly live = new Map<string, number[]>();
  readonly historical = new Map<string, number[]>();
  readonly #known = new Set<string>();

  take(batch: Batch): void {
    for (const { id, device, historical, values } of saidIn(batch)) {
      if (this.#known.has(id)) continue;
      this.#known.add(id);
      const taken = historical === true ? this.historical : this.live;
      taken.set(device, [...(taken.get(device) ?? []), values?.number ?? -1]);
    }
  }

  numbers(device: string): number[] {
    return [...(this.live.get(device) ?? []), ...(this.historical.get(device) ?? [])].toSorted((one, other) => one - other);
  }
}

describe('a forward queue, whatever happens to it and to the other side', () => {
  for (const order of ['in-order', 'live-first'] as const) {
    for (const window of [1, 3]) {
      it(`delivers every sample once, in order per device (${order}, ${window === 1 ? 'one batch at a time' : 'several batches under way'})`, async function () {
        this.timeout(120_000);
        await fc.assert(
          fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.uniqueArray(fc.nat(60), { maxLength: 3 }), async (steps, guilty) => {
            const fixture = new ForwardFixture({ queue: { order }, forwarder: { batch: { entries: 5, bytes: 1e6, wait: 0 } }, window });
            const receiver = new Receiver();
            const numbers = Array.from({ length: DEVICES }, () => 0);
            const queued: { device: string; number: number }[] = [];
            // Of one window only a target that takes single items refuses: behind a refused batch others would be under way.
            const guiltyIds = new Set(window === 1 ? guilty.map((number) => `d${number % DEVICES}/s${number}-x`) : []);
            const isGuilty = (batch: Batch): boolean => batch.items.some(({ id }) => guiltyIds.has(id));
            const answer = async (how: 'answer' | 'lose-answer' | 'lose'): Promise<void> => {
              const first = fixture.target.open[0];
              if (!first) return;
              if (how !== 'lose' && isGuilty(first.batch)) {
                await fixture.target.answer({ kind: 'refused', reason: 'no' });
                return;
              }
              if (how !== 'lose') receiver.take(first.batch);
              // What is lost on a connection takes all with it that is under way on it.
              if (how !== 'answer') while (fixture.target.open.length > 0) await fixture.target.answer({ kind: 'later', reason: 'cut' });
              else await fixture.target.answer();
            };
            try {
              for (const one of steps) {
                switch (one.kind) {
                  case 'queue': {
                    const entries = one.devices.map((index) => ({ device: `d${index}`, number: (numbers[index] = (numbers[index] ?? 0) + 1) }));
                    assert.equal(fixture.queueUp(...entries.map(({ device, number }) => reading(device, number))), undefined);
                    queued.push(...entries);
                    break;
                  }
                  case 'again': {
                    const former = queued.at(-1 - one.back);
                    if (former) fixture.queueUp(reading(former.device, former.number));
                    break;
                  }
                  case 'kill':
                    fixture.kill();
                    break;
                  case 'restart':
                    await fixture.restart();
                    break;
                  case 'turn':
                    fixture.clock.advance(one.milliseconds);
                    break;
                  default:
                    await answer(one.kind);
                }
                await turn();
              }
              for (let left = LAST; left > 0 && fixture.queue.status.entries > 0; left -= 1) {
                fixture.clock.advance(1_000);
                await turn();
                await answer('answer');
              }
              assert.deepEqual(fixture.problems, []);
              assert.equal(fixture.queue.status.entries, 0, 'the queue is empty at last');
              const refused = new Set(fixture.refused.map(({ id }) => id));
              for (let index = 0; index < DEVICES; index += 1) {
                const device = `d${index}`;
                const sent = queued.filter((entry) => entry.device === device).map(({ number }) => number);
                assert.deepEqual(receiver.numbers(device), sent.filter((number) => !guiltyIds.has(`${device}/s${number}-x`)), `${device} arrived once`);
                for (const taken of [receiver.live, receiver.historical]) {
                  const arrived = taken.get(device) ?? [];
                  assert.deepEqual(arrived, arrived.toSorted((one, other) => one - other), `${device} arrived in order`);
                }
                for (const number of sent) if (guiltyIds.has(`${device}/s${number}-x`)) assert.ok(refused.has(`${device}/s${number}-x`), 'a refused sample is told');
              }
              if (order === 'in-order') assertInOrder(receiver, DEVICES);
            } finally {
              fixture.remove();
            }
          }),
          { numRuns: 60 },
        );
      });
    }
  }
});

/** Strictly in order: nothing that is marked as backfill comes behind what is live and older. */
function assertInOrder({ live, historical }: Receiver, devices: number): void {
  for (let index = 0; index < devices; index += 1) {
    for (const arrived of [live.get(`d${index}`), historical.get(`d${index}`)]) assert.deepEqual(arrived ?? [], (arrived ?? []).toSorted((one, other) => one - other));
  }
}
