import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { createFleet, createSampler, FAULT_KINDS, FAULT_MEANINGS, FaultRequestError, KINDS, kindOf, type FaultEvent, type Fleet } from '../../../core/simulator/index.ts';
import { Recorder, type Sent } from './recording.ts';

const START = 1_800_000_000_000;
const TWO_HOURS = 7_200_000;

function setUp(intervalMilliseconds = 1000): { clock: ManualClock; recorder: Recorder; fleet: Fleet; events: FaultEvent[] } {
  const clock = new ManualClock(START);
  const recorder = new Recorder(() => clock.now());
  const events: FaultEvent[] = [];
  const fleet = createFleet({
    clock, seed: 'faults', intervalMilliseconds, connect: recorder.connect, onFault: (event) => events.push(event),
    kinds: [{ kind: 'press', count: 2 }, { kind: 'cold-room', count: 1 }, { kind: 'delivery-van', count: 1 }],
  });
  clock.advance(60_000);
  return { clock, recorder, fleet, events };
}

/** What a device sent in the next `seconds`. */
function next(setup: { clock: ManualClock; recorder: Recorder }, device: string, seconds: number): Sent[] {
  const before = setup.recorder.of(device).length;
  setup.clock.advance(seconds * 1000);
  return setup.recorder.of(device).slice(before);
}

const column = (sent: Sent[], metric: string): number[] => sent.map(({ values }) => Number(values[metric]));
const distinct = (numbers: number[]): number => new Set(numbers).size;

function spread(numbers: number[]): number {
  const steps = numbers.slice(1).map((value, i) => value - (numbers[i] ?? 0));
  return steps.reduce((sum, step) => sum + step * step, 0) / steps.length;
}

describe('a fault of the simulator', () => {
  it('dropout silences the device it names and no other, and ends', () => {
    const setup = setUp();
    setup.fleet.inject({ device: 'press-1', kind: 'dropout', duration: 30 });
    const others = setup.recorder.of('press-2').length;
    assert.equal(next(setup, 'press-1', 30).length, 0);
    assert.equal(setup.recorder.of('press-2').length, others + 30);
    const after = next(setup, 'press-1', 10);
    assert.equal(after.length, 10);
    assert.ok((after[0]?.seq ?? 0) === (setup.recorder.of('press-1').at(-11)?.seq ?? 0) + 1, 'no sample was made that was not sent');
  });

  it('stuck repeats every number and ends', () => {
    const setup = setUp();
    const before = setup.recorder.of('cold-room-1').at(-1);
    setup.fleet.inject({ device: 'cold-room-1', kind: 'stuck', duration: 30 });
    const stuck = next(setup, 'cold-room-1', 30);
    assert.deepEqual(column(stuck, 'temperature'), Array.from({ length: 30 }, () => before?.values.temperature));
    assert.equal(distinct(column(stuck, 'humidity')), 1);
    assert.equal(distinct(stuck.map(({ ts }) => ts)), 30);
    assert.ok(distinct(column(next(setup, 'cold-room-1', 30), 'temperature')) > 3);
  });

  it('spike throws single numbers far off, the first at once, never two in a row, and ends', () => {
    const setup = setUp();
    const isWild = ({ values }: Sent): boolean =>
      Number(values.temperature) < 40 || Number(values.temperature) > 95 || Number(values.pressure) < 100 ||
      Number(values.pressure) > 220 || Number(values.vibration) > 10;
    setup.fleet.inject({ device: 'press-1', kind: 'spike', duration: 100 });
    const wild = next(setup, 'press-1', 100).map(isWild);
    assert.equal(wild[0], true);
    const count = wild.filter(Boolean).length;
    assert.ok(count >= 5 && count <= 40, `${count} of 100`);
    assert.ok(!wild.some((is, i) => is && wild[i + 1]), 'two in a row');
    assert.equal(next(setup, 'press-1', 100).filter(isWild).length, 0);
  });

  it('spike stays within what the sensor can say', () => {
    const setup = setUp();
    setup.fleet.inject({ device: 'cold-room-1', kind: 'spike', duration: 600, strength: 10 });
    for (const { values } of next(setup, 'cold-room-1', 600)) {
      assert.ok(Number(values.humidity) >= 0 && Number(values.humidity) <= 100);
      assert.ok(Number(values.temperature) >= -40 && Number(values.temperature) <= 85);
    }
  });

  for (const intervalMilliseconds of [1000, 5000]) {
    it(`drift overheats a press past 95 degrees in 20 seconds and lets it cool without a jump, sent every ${intervalMilliseconds} ms`, () => {
      const setup = setUp(intervalMilliseconds);
      setup.fleet.inject({ kind: 'drift', duration: 20 });
      next(setup, 'press-1', 20);
      for (const device of ['press-1', 'press-2']) {
        const peak = Math.max(...setup.recorder.numbers(device, 'temperature'));
        assert.ok(intervalMilliseconds > 1000 ? peak > 88 : peak > 95, `${device} reached ${peak}`);
      }
      const hot = setup.recorder.numbers('press-1', 'temperature').at(-1) ?? 0;
      const cooling = column(next(setup, 'press-1', 300), 'temperature');
      assert.ok(Math.max(...cooling) > 95, 'still hot just after the fault');
      let previous = hot;
      for (const value of cooling) {
        assert.ok(previous - value < 1.8 * (intervalMilliseconds / 1000) + 1, `fell from ${previous} to ${value}`);
        previous = value;
      }
      assert.ok(previous > 55 && previous < 80, `ended at ${previous}`);
    });
  }

  it('drift takes a press past 95 degrees in 20 seconds and back within minutes, whatever the seed and the hour', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 20_000 }), (seed, second) => {
        const sampler = createSampler(kindOf('press'), seed, 'press-1', START);
        const begin = START + second * 1000;
        for (let now = START; now <= begin; now += 3_000_000) sampler.advance(Math.min(now, begin), new Map());
        sampler.advance(begin, new Map());
        const hot = Number(sampler.sample(begin + 20_000, new Map([['drift', 1]])).temperature);
        const just = Number(sampler.sample(begin + 21_000, new Map()).temperature);
        const later = Number(sampler.sample(begin + 300_000, new Map()).temperature);
        assert.ok(hot > 95 && just > 93 && later < 80, `${hot}, ${just}, ${later}`);
      }),
    );
  });

  it('drift warms a cold room and the cargo of a van as well', () => {
    const setup = setUp();
    setup.fleet.inject({ kind: 'drift', duration: 40 });
    assert.ok(Math.max(...column(next(setup, 'cold-room-1', 40), 'temperature')) > 8);
    assert.ok((setup.recorder.numbers('delivery-van-1', 'cargo_temperature').at(-1) ?? 0) > 8);
  });

  it('noise shakes the numbers about ten times as far, and ends', () => {
    const setup = setUp();
    const calm = spread(column(next(setup, 'press-1', 200), 'temperature'));
    setup.fleet.inject({ device: 'press-1', kind: 'noise', duration: 200 });
    const noisy = spread(column(next(setup, 'press-1', 200), 'temperature'));
    assert.ok(noisy > 40 * calm && noisy < 200 * calm, `${noisy} against ${calm}`);
    assert.ok(spread(column(next(setup, 'press-1', 200), 'temperature')) < 2 * calm);
  });

  it('flood sends fifty times as often, at once even if the interval is long, and ends', () => {
    const setup = setUp(60_000);
    setup.fleet.inject({ device: 'press-1', kind: 'flood', duration: 29 });
    const flood = next(setup, 'press-1', 29);
    assert.equal(flood.length, 25);
    assert.equal(distinct(flood.map(({ seq }) => seq)), 25);
    next(setup, 'press-1', 60);
    assert.equal(next(setup, 'press-1', 600).length, 10);
  });

  it('interference throws all numbers off at once, in bursts, within what the sensors can say, and ends', () => {
    const setup = setUp();
    setup.fleet.inject({ device: 'press-1', kind: 'interference', duration: 200 });
    const disturbed = ({ values }: Sent): boolean => Number(values.pressure) < 115 || Number(values.pressure) > 185;
    const sent = next(setup, 'press-1', 200);
    const struck = sent.filter(disturbed);
    assert.equal(disturbed(sent[0] as Sent), true);
    assert.ok(struck.length > 40 && struck.length < 160, `${struck.length} of 200`);
    assert.ok(struck.filter(({ values }) => Math.abs(Number(values.temperature) - 67) > 9).length > 0.9 * struck.length, 'the temperature of a burst is off too');
    assert.ok(sent.every(({ values }) => Number(values.pressure) >= 0 && Number(values.pressure) <= 400));
    assert.equal(next(setup, 'press-1', 100).filter(disturbed).length, 0);
  });

  it('loose-wire lets the temperature come and go as -127, the first time at once, leaves the rest alone, and ends', () => {
    const setup = setUp();
    setup.fleet.inject({ device: 'cold-room-1', kind: 'loose-wire', duration: 100 });
    const sent = next(setup, 'cold-room-1', 100);
    const off = column(sent, 'temperature').map((temperature) => temperature === -127);
    assert.equal(off[0], true);
    assert.ok(off.filter(Boolean).length > 15 && off.filter(Boolean).length < 85);
    assert.ok(off.filter((is, index) => is !== off[index + 1]).length > 15, 'it comes and goes');
    assert.ok(column(sent, 'humidity').every((humidity) => humidity > 60));
    assert.ok(column(next(setup, 'cold-room-1', 100), 'temperature').every((temperature) => temperature > 0));
  });

  it('dead-battery sends ever more rarely and lower numbers, falls silent, and ends with a new battery', () => {
    const setup = setUp();
    const usual = setup.recorder.of('cold-room-1').at(-1);
    setup.fleet.inject({ device: 'cold-room-1', kind: 'dead-battery', duration: 300 });
    const parts = [1, 2, 3].map(() => next(setup, 'cold-room-1', 90));
    assert.ok(parts.every((part, index) => index === 0 || part.length < 0.8 * (parts[index - 1]?.length ?? 0)), parts.map(({ length }) => length).join());
    assert.ok(Number(parts[2]?.at(-1)?.values.humidity) < 0.75 * Number(usual?.values.humidity));
    assert.equal(next(setup, 'cold-room-1', 30).length, 0);
    const after = next(setup, 'cold-room-1', 60);
    assert.ok(after.length > 40 && Number(after[0]?.values.humidity) > 65);
  });

  it('scrapped reads cold, still and without pressure, and ends', () => {
    const setup = setUp();
    setup.fleet.inject({ device: 'press-1', kind: 'scrapped', duration: 50 });
    for (const { values } of next(setup, 'press-1', 50)) {
      assert.deepEqual([values.running, values.pressure, values.vibration], [false, 0, 0]);
      assert.ok(Math.abs(Number(values.temperature) - 18) < 1);
    }
    assert.ok(Number(next(setup, 'press-1', 5)[0]?.values.pressure) > 100);
  });

  it('wrong-clock sends time stamps two hours ahead, and ends', () => {
    const setup = setUp();
    setup.fleet.inject({ device: 'delivery-van-1', kind: 'wrong-clock', duration: 10 });
    assert.deepEqual(next(setup, 'delivery-van-1', 10).map(({ ts, at }) => ts - at), Array.from({ length: 10 }, () => TWO_HOURS));
    assert.deepEqual(next(setup, 'delivery-van-1', 10).map(({ ts, at }) => ts - at), Array.from({ length: 10 }, () => 0));
  });

  it('is announced when it starts, also later, and when it ends', () => {
    const { clock, fleet, events } = setUp();
    const now = clock.now();
    const fault = fleet.inject({ device: 'press-1', kind: 'dropout', start: now + 5000, duration: 10 });
    assert.deepEqual(fault, { device: 'press-1', kind: 'dropout', start: now + 5000, duration: 10, strength: 1 });
    assert.deepEqual(fleet.faults(), [fault]);
    assert.deepEqual(events, []);
    clock.advance(5000);
    assert.deepEqual(events, [{ phase: 'started', fault }]);
    clock.advance(10_000);
    assert.deepEqual(events[1], { phase: 'ended', fault });
    assert.deepEqual(fleet.faults(), []);
  });

  it('does not touch the data of other devices', () => {
    const [plain, struck] = [setUp(), setUp()];
    const ofOthers = KINDS.flatMap(({ faults }) => faults).filter((kind) => !kindOf('press').faults.includes(kind));
    for (const kind of FAULT_KINDS.filter((one) => !ofOthers.includes(one))) struck.fleet.inject({ device: 'press-1', kind, duration: 60 });
    plain.clock.advance(120_000);
    struck.clock.advance(120_000);
    assert.deepEqual(struck.recorder.of('press-2'), plain.recorder.of('press-2'));
  });

  it('has words for a dialog', () => {
    for (const kind of FAULT_KINDS) assert.match(FAULT_MEANINGS[kind], /^[A-Z].*\.$/);
  });
});

describe('a fault request that cannot be met', () => {
  const { fleet, clock } = setUp();
  const cases: [string, unknown, string, RegExp][] = [
    ['is no object', 'drift', '', /must be an object such as .*"drift"/],
    ['is a list', [], '', /not a list/],
    ['is null', null, '', /not null/],
    ['names no device of the fleet', { device: 'press-9', kind: 'drift', duration: 5 }, 'device', /"press-9".*press-1/],
    ['names a device by something else than text', { device: { id: 1 }, kind: 'drift', duration: 5 }, 'device', /an object/],
    ['names no kind', { duration: 5 }, 'kind', /undefined.*dropout, stuck/],
    ['names an inherited property as kind', { kind: 'constructor', duration: 5 }, 'kind', /"constructor"/],
    ['has no duration', { kind: 'drift' }, 'duration', /undefined.*86400/],
    ['has a duration in text', { kind: 'drift', duration: '30' }, 'duration', /"30"/],
    ['has no end', { kind: 'drift', duration: Infinity }, 'duration', /Infinity/],
    ['has a duration that is no number', { kind: 'drift', duration: NaN }, 'duration', /NaN/],
    ['has a negative strength', { kind: 'drift', duration: 5, strength: -1 }, 'strength', /-1.*above 0/],
    ['starts in the past', { kind: 'drift', duration: 5, start: 1 }, 'start', /Leave it out/],
    ['starts too late', { kind: 'drift', duration: 5, start: clock.now() + 86_400_001 }, 'start', /24 hours/],
    ['is enormous', { kind: 'x'.repeat(1e6), duration: 5 }, 'kind', /^.{1,320}$/],
  ];
  for (const [what, request, field, message] of cases) {
    it(`${what}: is refused by a sentence that names the field`, () => {
      assert.throws(() => fleet.inject(request), (error) => {
        assert.ok(error instanceof FaultRequestError);
        assert.equal(error.code, 'HOLDFAST_FAULT_REQUEST');
        assert.equal(error.field, field);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it('is one too many: is refused until some have ended', () => {
    const setup = setUp();
    for (let i = 0; i < 100; i++) setup.fleet.inject({ device: 'press-1', kind: 'stuck', duration: 5 });
    assert.throws(() => setup.fleet.inject({ kind: 'stuck', duration: 5 }), /Wait until some have ended/);
    setup.clock.advance(5000);
    setup.fleet.inject({ kind: 'stuck', duration: 5 });
  });
});
