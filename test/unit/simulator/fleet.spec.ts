import assert from 'node:assert/strict';
import type { Clock } from '../../../core/clock/clock.ts';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { ConfigError } from '../../../core/errors/holdfast-error.ts';
import { createFleet, fleetDevices, type FaultEvent, type FleetOptions } from '../../../core/simulator/index.ts';
import { payloadOf, Recorder } from './recording.ts';

const START = 1_800_000_000_000;
const GROUPS = [{ kind: 'cold-room', count: 2 }, { kind: 'press', count: 2 }, { kind: 'delivery-van', count: 2 }];

function run(seconds: number, options: Partial<FleetOptions> = {}): Recorder {
  const clock = new ManualClock(START);
  const recorder = new Recorder(() => clock.now());
  createFleet({ clock, seed: 1, kinds: GROUPS, intervalMilliseconds: 1000, connect: recorder.connect, ...options });
  clock.advance(seconds * 1000);
  return recorder;
}

/** A manual clock that knows how many calls are pending. */
class CountingClock extends ManualClock {
  pending = 0;

  override setTimeout(callback: () => void, milliseconds: number): ReturnType<Clock['setTimeout']> {
    let open = true;
    const settle = (): void => {
      if (open) this.pending--;
      open = false;
    };
    this.pending++;
    const timer = super.setTimeout(() => (settle(), callback()), milliseconds);
    return { cancel: () => (settle(), timer.cancel()) };
  }
}

describe('a simulated fleet', () => {
  it('sends the documented payload of every device on its topic, once an interval', () => {
    const recorder = run(60);
    assert.deepEqual([...new Set(recorder.all.map(({ device }) => device))].sort(), fleetDevices(GROUPS).map(({ id }) => id).sort());
    for (const { id } of fleetDevices(GROUPS)) {
      const sent = recorder.of(id);
      assert.equal(sent.length, 60);
      sent.forEach(({ topic, ts, at, seq, text }, i) => {
        assert.equal(topic, `devices/${id}/telemetry`);
        assert.equal(ts, at);
        assert.equal(seq, START + i);
        assert.deepEqual(Object.keys(payloadOf(text)), ['ts', 'seq', 'values']);
      });
    }
  });

  it('sends the same bytes again for the same seed, and others for another', () => {
    const options = { randomFaultEveryMinutes: 0.5 };
    const texts = (seed: number): string[] => run(300, { ...options, seed }).all.map(({ topic, text }) => topic + text);
    assert.deepEqual(texts(5), texts(5));
    assert.notDeepEqual(texts(5), texts(6));
  });

  it('changes no data of a device when another is added', () => {
    const small = run(120, { kinds: [{ kind: 'press', count: 1 }] });
    assert.deepEqual(run(120).of('press-1'), small.of('press-1'));
  });

  it('does not send in lockstep', () => {
    const firsts = new Set<number>();
    const recorder = run(1);
    for (const { at } of recorder.all) firsts.add(at);
    assert.equal(firsts.size, 6);
  });

  it('keeps seq rising over a restart', () => {
    const before = run(60).of('press-1').at(-1)?.seq ?? Infinity;
    const clock = new ManualClock(START + 61_000);
    const recorder = new Recorder(() => clock.now());
    createFleet({ clock, seed: 1, kinds: GROUPS, intervalMilliseconds: 1000, connect: recorder.connect });
    clock.advance(1000);
    assert.ok((recorder.of('press-1')[0]?.seq ?? 0) > before);
  });

  it('does not make up for the time a machine slept', () => {
    let jump = 0;
    const clock = new ManualClock(START);
    const sleeping: Clock = { now: () => clock.now() + jump, setTimeout: (call, wait) => clock.setTimeout(call, wait) };
    const recorder = new Recorder(() => sleeping.now());
    createFleet({ clock: sleeping, seed: 1, kinds: GROUPS, intervalMilliseconds: 1000, connect: recorder.connect });
    clock.advance(10_000);
    jump = 8 * 3_600_000;
    const before = recorder.all.length;
    clock.advance(10_000);
    assert.equal(recorder.all.length, before + 60);
  });

  it('adds up the accounts of its devices', () => {
    const clock = new ManualClock(START);
    const recorder = new Recorder(() => clock.now());
    const fleet = createFleet({ clock, seed: 1, kinds: GROUPS, intervalMilliseconds: 1000, connect: recorder.connect });
    clock.advance(10_000);
    assert.deepEqual(fleet.counts(), { devices: 6, connected: 6, inPast: 0, sent: 60, acknowledged: 60, dropped: 0, waiting: 0 });
  });

  it('stops: ends every device, sends nothing more, leaves no timer, takes no fault', async () => {
    const clock = new CountingClock(START);
    const recorder = new Recorder(() => clock.now());
    const fleet = createFleet({
      clock, seed: 1, kinds: GROUPS, intervalMilliseconds: 1000, randomFaultEveryMinutes: 1, connect: recorder.connect,
    });
    clock.advance(300_000);
    fleet.inject({ kind: 'drift', duration: 60 });
    fleet.inject({ kind: 'flood', start: clock.now() + 1000, duration: 60 });
    assert.ok(clock.pending >= 9);
    await Promise.all([fleet.stop(), fleet.stop()]);
    assert.equal(clock.pending, 0);
    assert.deepEqual(recorder.ended.sort(), fleet.devices.map(({ id }) => id).sort());
    const sent = recorder.all.length;
    clock.advance(3_600_000);
    assert.equal(recorder.all.length, sent);
    assert.throws(() => fleet.inject({ kind: 'drift', duration: 1 }), /has stopped/);
  });

  it('makes faults by chance about as often as told, one at a time a device, overheating presses above all', () => {
    const events: FaultEvent[] = [];
    run(24 * 3600, { intervalMilliseconds: 600_000, randomFaultEveryMinutes: 2, onFault: (event) => events.push(event) });
    const started = events.filter(({ phase }) => phase === 'started').map(({ fault }) => fault);
    assert.ok(Math.abs(started.length - 720) < 60, `${started.length} in a day`);
    const counts = new Map<string, number>();
    for (const { device, kind } of started) {
      const what = `${device.replace(/-\d+$/, '')} ${kind}`;
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
    const [most] = [...counts].sort(([, a], [, b]) => b - a);
    assert.equal(most?.[0], 'press drift');
    assert.ok(counts.size > 8, [...counts.keys()].join());
  });

  it('survives chance and a full list of faults together', () => {
    const clock = new ManualClock(START);
    const recorder = new Recorder(() => clock.now());
    const fleet = createFleet({
      clock, seed: 1, kinds: GROUPS, intervalMilliseconds: 1000, randomFaultEveryMinutes: 0.1, connect: recorder.connect,
    });
    for (let i = 0; i < 100; i++) fleet.inject({ device: 'press-1', kind: 'stuck', duration: 120 });
    clock.advance(60_000);
    assert.equal(fleet.faults().length, 100);
  });

  it('ends the devices it had made when one cannot be made', () => {
    const recorder = new Recorder(() => 0);
    const connect: FleetOptions['connect'] = (identity) => {
      if (identity.id === 'press-2') throw new Error('no credentials');
      return recorder.connect(identity);
    };
    assert.throws(() => run(1, { connect }), /no credentials/);
    assert.deepEqual(recorder.ended, ['cold-room-1', 'cold-room-2', 'press-1']);
  });

  const refused: [string, Partial<FleetOptions>, string][] = [
    ['an unknown kind', { kinds: [{ kind: 'toaster', count: 1 }] }, 'kind'],
    ['a count that is no whole number', { kinds: [{ kind: 'press', count: 1.5 }] }, 'count'],
    ['more than a thousand devices', { kinds: [{ kind: 'press', count: 600 }, { kind: 'press', count: 600 }] }, 'kinds'],
    ['an interval of zero', { intervalMilliseconds: 0 }, 'intervalMilliseconds'],
    ['an interval that is no number', { intervalMilliseconds: NaN }, 'intervalMilliseconds'],
    ['a negative time between faults', { randomFaultEveryMinutes: -1 }, 'randomFaultEveryMinutes'],
  ];
  for (const [what, options, field] of refused) {
    it(`refuses ${what} by naming the option`, () => {
      assert.throws(() => run(0, options), (error) => error instanceof ConfigError && error.field === field && error.message.length > 30);
    });
  }
});
