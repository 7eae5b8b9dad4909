import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { InboxEntry } from '../../../core/inbox/channel.ts';
import type { Statement } from '../../../core/ledger/counts.ts';
import { Consumer, InboxFixture, recordOf, turn } from '../inbox/fixture.ts';

type Step =
  | { do: 'append'; device: string; messages: number }
  | { do: 'settle' | 'store' | 'fail' | 'refuse'; which: number }
  | { do: 'refused'; device: string }
  | { do: 'duplicate'; device: string }
  | { do: 'condemn'; device: string }
  | { do: 'pass'; milliseconds: number }
  | { do: 'crash' }
  | { do: 'restart' };

/** The ledger has room for two devices, and one is registered. */
const LEDGER = { maximumAccounts: 2, registered: (device: string) => device === 'r' };
const devices = fc.constantFrom('a', 'b', 'c', 'd', 'r');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('append' as const), device: devices, messages: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ do: fc.constantFrom('settle' as const, 'store' as const, 'fail' as const, 'refuse' as const), which: fc.nat(20) }),
  fc.record({ do: fc.constant('refused' as const), device: devices }),
  fc.record({ do: fc.constant('duplicate' as const), device: devices }),
  fc.record({ do: fc.constant('condemn' as const), device: devices }),
  fc.record({ do: fc.constant('pass' as const), milliseconds: fc.constantFrom(4, 100, 5_000) }),
  fc.constantFrom<Step>({ do: 'crash' }, { do: 'restart' }),
);

/** Sums over devices, to compare with the sum that is kept by itself. */
function sumOf(statements: readonly Statement[]): Omit<Statement, 'refused'> {
  const sum = { received: 0, released: 0, stored: 0, handled: 0, quarantined: 0, duplicate: 0, conflated: 0, inFlight: 0, difference: 0 };
  for (const statement of statements) for (const name of Object.keys(sum) as Array<keyof typeof sum>) sum[name] += statement[name];
  return sum;
}

/** What the file itself says. */
function unsettledOnDisk(fixture: InboxFixture): number {
  const quarantined = new Set(fixture.query('SELECT position FROM quarantine').map((row) => Number(row['position'])));
  let unsettled = 0;
  for (const { first, count, outcomes } of fixture.query('SELECT first, count, outcomes FROM batch')) {
    for (let index = 0; index < Number(count); index += 1) if (!quarantined.has(Number(first) + index) && !(outcomes instanceof Uint8Array && outcomes[index] !== 0)) unsettled += 1;
  }
  return unsettled;
}

describe('the ledger, whatever happens', () => {
  it('adds up at every moment, for each device and in all, and after a crash has every record it had acknowledged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
        const fixture = new InboxFixture(undefined, LEDGER);
        try {
          let acknowledged = 0;
          let consumer = new Consumer({ window: 4 });
          const attach = async (): Promise<void> => {
            consumer = await fixture.attach(new Consumer({ window: 4 }));
          };
          const check = (): void => {
            const { ledger } = fixture.inbox;
            const { total, protocols } = ledger.read();
            assert.equal(total.difference, 0);
            for (const statement of Object.values(protocols)) assert.equal(statement.difference, 0);
            const known = ledger.devices('', 100);
            assert.ok(known.filter((device) => device !== 'r').length <= 3, `${known.join()} have accounts`);
            const each = known.flatMap((device) => Object.values(ledger.device(device)));
            for (const statement of each) assert.equal(statement.difference, 0);
            const { refused: _, ...expected } = total;
            assert.deepEqual(sumOf(each), expected);
            const refusals = Object.values(total.refused).reduce((sum, count) => sum + count, 0);
            assert.equal(total.received - refusals - total.duplicate, acknowledged, 'what was kept is what was acknowledged');
          };
          await attach();
          for (const one of steps) {
            const { ledger } = fixture.inbox;
            if (one.do === 'append') {
              for (let index = 0; index < one.messages; index += 1) fixture.inbox.append('gateway', recordOf(String(index), one.device), (error) => void (error ?? (acknowledged += 1)));
            } else if (one.do === 'pass') fixture.clock.advance(one.milliseconds);
            else if (one.do === 'refused') ledger.refused(ledger.account(one.device, 'mqtt'), 'rate');
            else if (one.do === 'duplicate') ledger.ended(ledger.account(one.device, 'mqtt'), 'duplicate');
            else if (one.do === 'condemn') fixture.inbox.condemn('gateway', recordOf('bad', one.device), { reason: 'rate', detail: 'too much' }, (error) => void (error ?? (acknowledged += 1)));
            else if (one.do === 'crash' || one.do === 'restart') {
              if (one.do === 'crash') fixture.crash();
              else fixture.restart();
              const onDisk = unsettledOnDisk(fixture);
              assert.equal(fixture.inbox.ledger.read().total.inFlight, onDisk);
              assert.equal(fixture.inbox.unsettled().get('gateway') ?? 0, onDisk);
              await attach();
            } else {
              const entry: InboxEntry | undefined = consumer.held.splice(one.which % Math.max(1, consumer.held.length), 1)[0];
              const channel = fixture.inbox.channel('gateway');
              if (!entry) continue;
              if (one.do === 'fail') channel.fail(entry, new Error('no'));
              else if (one.do === 'refuse') channel.refuse(entry, 'type', 'not a reading');
              else channel.settle(entry, one.do === 'store' ? 'stored' : 'handled');
            }
            await turn();
            check();
          }
        } finally {
          fixture.dispose();
        }
      }),
      { numRuns: 60 },
    );
  }).timeout(60_000);
});
