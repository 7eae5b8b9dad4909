import assert from 'node:assert/strict';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { ConfigError } from '../../../core/errors/holdfast-error.ts';
import { createFleet, type Fleet, type FleetOptions, type SimulatedDevice } from '../../../core/simulator/index.ts';
import type { Payload } from './recording.ts';

const START = 1_800_000_000_000;
const HOUR = 3_600_000;
const INTERVAL = 10_000;
const GROUPS = [{ kind: 'freezer', count: 1 }, { kind: 'press', count: 1 }];

interface Marked extends Payload {
  historical?: boolean;
}

/** Keeps what devices sent, and acknowledges it when the test says so. */
class Broker {
  readonly messages = new Map<string, Marked[][]>();
  acknowledges = true;
  readonly #waiting = new Map<string, number>();

  readonly connect = ({ id }: { id: string }): SimulatedDevice => ({
    connected: true,
    publish: (payload) => {
      const parsed = JSON.parse(Buffer.from(payload).toString()) as Marked | Marked[];
      const messages = this.messages.get(id) ?? [];
      this.messages.set(id, [...messages, Array.isArray(parsed) ? parsed : [parsed]]);
      if (!this.acknowledges) this.#waiting.set(id, (this.#waiting.get(id) ?? 0) + 1);
    },
    counts: () => ({ sent: 0, acknowledged: 0, dropped: 0, waiting: this.#waiting.get(id) ?? 0 }),
    end: () => Promise.resolve(),
  });

  of(device: string): Marked[] {
    return (this.messages.get(device) ?? []).flat();
  }

  acknowledge(): void {
    this.acknowledges = true;
    this.#waiting.clear();
  }
}

function setUp(options: Partial<FleetOptions> = {}, at = START): { clock: ManualClock; broker: Broker; fleet: Fleet } {
  const clock = new ManualClock(at);
  const broker = new Broker();
  const fleet = createFleet({ clock, seed: 1, kinds: GROUPS, intervalMilliseconds: INTERVAL, pastMilliseconds: HOUR, connect: broker.connect, ...options });
  return { clock, broker, fleet };
}

describe('the past of a simulated fleet', () => {
  it('comes first, marked historical, at the same interval as what is measured afterwards, without a gap or a repetition', () => {
    const { clock, broker, fleet } = setUp();
    clock.advance(60_000);
    for (const { id } of fleet.devices) {
      const sent = broker.of(id);
      const past = sent.filter(({ historical }) => historical === true);
      assert.equal(past.length, 360);
      assert.equal(sent.length, 366);
      sent.forEach(({ ts, seq }, index) => {
        assert.equal(ts - (sent[0]?.ts ?? 0), index * INTERVAL);
        assert.equal(seq - (sent[0]?.seq ?? 0), index);
      });
      assert.ok((sent[0]?.ts ?? 0) >= START - HOUR && (past.at(-1)?.ts ?? Infinity) <= START);
      assert.ok(sent.slice(360).every(({ historical, ts }) => historical === undefined && ts > START));
    }
  });

  it('is the same again for the same seed', () => {
    const [one, other] = [setUp(), setUp()];
    one.clock.advance(60_000);
    other.clock.advance(60_000);
    assert.deepEqual(one.broker.messages, other.broker.messages);
  });

  it('goes a hundred samples a message, no faster than it is acknowledged, and the fleet says who is still at it', () => {
    const broker = new Broker();
    broker.acknowledges = false;
    const { clock, fleet } = setUp({ connect: broker.connect, pastMilliseconds: 10 * HOUR });
    clock.advance(5_000);
    assert.deepEqual(broker.messages.get('press-1')?.map((samples) => samples.length), [100, 100, 100, 100]);
    assert.equal(fleet.counts().inPast, 2);
    broker.acknowledge();
    clock.advance(30_000);
    assert.equal(fleet.counts().inPast, 0);
    assert.ok(broker.of('press-1').length > 3600);
  });

  it('is not struck by a fault, which strikes when the device has caught up', () => {
    const broker = new Broker();
    broker.acknowledges = false;
    const { clock, fleet } = setUp({ connect: broker.connect, pastMilliseconds: 10 * HOUR });
    fleet.inject({ kind: 'scrapped', duration: 3600 });
    fleet.inject({ kind: 'flood', duration: 1 });
    clock.advance(5_000);
    broker.acknowledge();
    clock.advance(60_000);
    const sent = broker.of('press-1');
    assert.ok(sent.filter(({ historical }) => historical).every(({ values }) => Number(values['temperature']) > 50));
    assert.ok(sent.filter(({ historical }) => !historical).every(({ values }) => Number(values['temperature']) < 20));
  });

  it('begins after a restart where the device had stopped', () => {
    const first = new Map<string, number>();
    const before = setUp({ onSent: (device, ts) => void first.set(device, ts) });
    before.clock.advance(60_000);
    assert.equal(first.get('press-1'), before.broker.of('press-1').at(-1)?.ts);
    const { clock, broker } = setUp({ sentUntil: (device) => first.get(device) }, START + 60_000 + 600_000);
    clock.advance(60_000);
    const sent = broker.of('press-1');
    const gap = (sent[0]?.ts ?? 0) - (first.get('press-1') ?? 0);
    assert.ok(gap > 0 && gap <= INTERVAL + 1, `${gap} ms`);
    assert.ok(sent.filter(({ historical }) => historical).length >= 60);
    assert.ok((sent[0]?.seq ?? 0) > (before.broker.of('press-1').at(-1)?.seq ?? Infinity));
  });

  it('stops when the fleet does', async () => {
    const broker = new Broker();
    broker.acknowledges = false;
    const { clock, fleet } = setUp({ connect: broker.connect, pastMilliseconds: 10 * HOUR });
    await fleet.stop();
    broker.acknowledge();
    const count = broker.of('press-1').length;
    clock.advance(60_000);
    assert.equal(broker.of('press-1').length, count);
  });

  for (const [what, options] of [
    ['longer than sixty days', { pastMilliseconds: 61 * 24 * HOUR }],
    ['less than nothing', { pastMilliseconds: -1 }],
    ['no number', { pastMilliseconds: Number.NaN }],
    ['more than a million samples', { pastMilliseconds: 30 * 24 * HOUR, intervalMilliseconds: 1000 }],
  ] as const) {
    it(`is refused by a sentence when it is ${what}`, () => {
      assert.throws(() => setUp(options), (error) => error instanceof ConfigError && error.field === 'pastMilliseconds' && error.message.length > 40);
    });
  }
});
