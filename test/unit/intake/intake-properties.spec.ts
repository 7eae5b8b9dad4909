import assert from 'node:assert/strict';
import fc from 'fast-check';
import { OVER_LIMIT } from '../../../core/overload/limits.ts';
import type { OverLimit } from '../../../core/overload/limits.ts';
import { Consumer, turn } from '../inbox/fixture.ts';
import { IntakeFixture, KEPT } from './intake-fixture.ts';
import type { Offered } from './intake-fixture.ts';

type Step =
  | { do: 'offer'; device: string; times: number; packet: number; repeated: boolean; patience: number; door: number }
  | { do: 'limit'; messagesPerSecond: number; over: OverLimit }
  | { do: 'pass'; milliseconds: number }
  | { do: 'setBack' }
  | { do: 'busy'; utilization: number }
  | { do: 'refuse'; writes: boolean }
  | { do: 'settle'; records: number }
  | { do: 'closeDoor' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('offer' as const), device: fc.constantFrom('van-1', 'van-2', 'press-1'), times: fc.integer({ min: 1, max: 12 }), packet: fc.nat(5), repeated: fc.boolean(),
      patience: fc.constantFrom(0, 2_000, 60_000), door: fc.nat(1),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('limit' as const), messagesPerSecond: fc.constantFrom(0, 1, 3, 50), over: fc.oneof({ weight: 8, arbitrary: fc.constantFrom<OverLimit>('refuse', 'conflate') }, fc.constantFrom(...OVER_LIMIT)) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('pass' as const), milliseconds: fc.constantFrom(4, 100, 1_000, 15_000) }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'setBack' }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('busy' as const), utilization: fc.constantFrom(0, 1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse' as const), writes: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const), records: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'closeDoor' }) },
);

describe('the door, whatever comes', () => {
  it('answers everybody once, and what it said it kept is what the ledger says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
        const fixture = new IntakeFixture({ bounds: { maximumBytes: 20_000 } });
        try {
          const offered: Offered[] = [];
          const consumer = await fixture.files.attach(new Consumer({ window: 20, deliverAtMost: 20 }));
          const settle = async (records: number): Promise<void> => {
            for (const entry of consumer.held.splice(0, records)) fixture.files.inbox.channel('gateway').settle(entry, 'stored');
            await turn();
          };
          const write = (writes: boolean): void => fixture.files.alter(`DROP TRIGGER IF EXISTS refuse; ${writes ? '' : `CREATE TRIGGER refuse BEFORE INSERT ON batch BEGIN SELECT RAISE(ABORT, 'refused'); END`}`);
          let other = fixture.door();
          for (const one of steps) {
            if (one.do === 'offer') {
              const attempt = { session: one.device, packet: String(one.packet), repeated: one.repeated };
              for (let count = 0; count < one.times; count += 1) offered.push(fixture.offer(String(count % 3), { device: one.device, patience: one.patience, attempt }, one.door === 0 ? fixture.intake : other));
            } else if (one.do === 'limit') {
              fixture.reception.profiles.set([{ name: 'van', format: 'auto', maximumAge: 0, metrics: {}, limits: { messagesPerSecond: one.messagesPerSecond, bytesPerSecond: 0, burst: 2, over: one.over } }]);
            } else if (one.do === 'pass') fixture.clock.advance(one.milliseconds);
            else if (one.do === 'setBack') fixture.clock.setBack(3_600_000);
            else if (one.do === 'busy') fixture.utilization = one.utilization;
            else if (one.do === 'refuse') write(one.writes);
            else if (one.do === 'settle') await settle(one.records);
            else {
              other.close();
              other = fixture.door();
            }
            assert.equal(fixture.files.inbox.ledger.read().total.difference, 0);
          }
          write(true);
          fixture.intake.close();
          other.close();
          fixture.reception.close();
          for (let round = 0; round < 20; round += 1) fixture.clock.advance(4);
          const { ledger } = fixture.files.inbox;
          const { received, refused, duplicate, conflated, quarantined, stored, inFlight } = ledger.read().total;
          const kept = offered.filter(({ outcome }) => outcome === KEPT).length;
          assert.equal(offered.filter(({ outcome }) => outcome === undefined).length, 0, 'somebody got no answer');
          assert.equal(received, offered.length);
          assert.equal(Object.values(refused).reduce((sum, count) => sum + count, 0), offered.length - kept);
          assert.equal(duplicate + conflated + quarantined + stored + inFlight, kept);
          for (const entry of ledger.devices('', 10)) for (const statement of Object.values(ledger.device(entry))) assert.equal(statement.difference, 0);
          let weight = 0;
          for (const device of ledger.devices('', 10)) weight += ledger.account(device, 'mqtt').inFlightBytes;
          assert.equal(weight, ledger.inFlightBytes);
        } finally {
          fixture.dispose();
        }
      }),
      { numRuns: 120 },
    );
  }).timeout(60_000);
});
