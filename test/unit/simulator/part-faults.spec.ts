import assert from 'node:assert/strict';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { createFleet, FaultRequestError, type FaultKind, type Fleet } from '../../../core/simulator/index.ts';
import { Recorder } from './recording.ts';

/** Noon, when no freezer of the simulator defrosts. */
const START = Date.UTC(2026, 10, 20, 12);
const KINDS = [{ kind: 'cold-room', count: 2 }, { kind: 'freezer', count: 2 }, { kind: 'press', count: 2 }, { kind: 'delivery-van', count: 2 }];

function setUp(): { clock: ManualClock; recorder: Recorder; fleet: Fleet } {
  const clock = new ManualClock(START);
  const recorder = new Recorder(() => clock.now());
  const fleet = createFleet({ clock, seed: 1, kinds: KINDS, intervalMilliseconds: 1000, connect: recorder.connect });
  clock.advance(60_000);
  return { clock, recorder, fleet };
}

/** What a device says in the last seconds of a fault. */
function during(device: string, kind: FaultKind, metric: string, duration: number, last = 30): number[] {
  const { clock, recorder, fleet } = setUp();
  fleet.inject({ device, kind, duration });
  clock.advance(duration * 1000);
  return recorder.numbers(device, metric).slice(-last);
}

const mean = (numbers: number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
const deviation = (numbers: number[]): number => Math.sqrt(mean(numbers.map((x) => (x - mean(numbers)) ** 2)));

describe('a fault of a part of a simulated machine', () => {
  it('an open door warms a freezer by several degrees within two minutes, and it cools again when the door is shut', () => {
    assert.ok(mean(during('freezer-1', 'door-open', 'temperature', 120)) > -13);
    const { clock, recorder, fleet } = setUp();
    fleet.inject({ device: 'freezer-1', kind: 'door-open', duration: 120 });
    clock.advance(20 * 60_000);
    assert.ok(mean(recorder.numbers('freezer-1', 'temperature').slice(-30)) < -16);
    assert.ok(Math.max(...recorder.numbers('freezer-2', 'temperature')) < -16.5, 'the freezer beside it');
  });

  it('an open door warms a cold room, and its contact says so', () => {
    assert.ok(mean(during('cold-room-1', 'door-open', 'temperature', 600)) > 4.3);
    assert.equal(Math.min(...during('cold-room-1', 'door-open', 'door_open', 60)), 1);
  });

  it('without its compressor a freezer takes no power and warms slowly', () => {
    assert.ok(Math.max(...during('freezer-1', 'cooling-failure', 'power', 60)) < 10);
    assert.ok(mean(during('freezer-1', 'cooling-failure', 'temperature', 3600)) > -15);
  });

  it('without cooling a cold room warms', () => assert.ok(mean(during('cold-room-1', 'cooling-failure', 'temperature', 1800)) > 5));

  it('without cooling a van warms also while it drives, quicker at twice the strength', () => {
    assert.ok(mean(during('delivery-van-1', 'cooling-failure', 'cargo_temperature', 120)) > 8);
    const { clock, recorder, fleet } = setUp();
    fleet.inject({ device: 'delivery-van-1', kind: 'cooling-failure', duration: 120, strength: 2 });
    clock.advance(120_000);
    assert.ok(mean(recorder.numbers('delivery-van-1', 'cargo_temperature').slice(-30)) > 11);
  });

  it('without its alternator the battery of a van sinks below what it ever has', () => {
    assert.ok(mean(during('delivery-van-1', 'alternator-failure', 'battery_voltage', 180)) < 11.8);
  });

  it('a worn bearing shakes more and less evenly, the more the nearer its end', () => {
    const { clock, recorder, fleet } = setUp();
    const before = recorder.numbers('press-1', 'vibration').slice(-30);
    const other = mean(recorder.numbers('press-2', 'vibration').slice(-30));
    fleet.inject({ device: 'press-1', kind: 'bearing-wear', duration: 120 });
    clock.advance(30_000);
    const early = recorder.numbers('press-1', 'vibration').slice(-10);
    clock.advance(90_000);
    const late = recorder.numbers('press-1', 'vibration').slice(-20);
    assert.ok(mean(early) > mean(before) && mean(late) > mean(early) * 1.2, `${mean(before)}, ${mean(early)}, ${mean(late)}`);
    assert.ok(deviation(late) > 5 * deviation(before), `${deviation(before)}, ${deviation(late)}`);
    assert.ok(Math.abs(mean(recorder.numbers('press-2', 'vibration').slice(-30)) - other) < 0.3, 'the press beside it');
  });

  it('is refused for a device that has no such part, and strikes of all devices those that have it', () => {
    const { fleet } = setUp();
    assert.throws(() => fleet.inject({ device: 'press-1', kind: 'door-open', duration: 5 }), (error) => error instanceof FaultRequestError && error.field === 'kind' && /cold-room, freezer\. Name another fault.*"press-1"/.test(error.message));
    assert.equal(fleet.inject({ kind: 'bearing-wear', duration: 5 }).device, 'all');
  });
});
