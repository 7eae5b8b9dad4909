import assert from 'node:assert/strict';
import { createClockDriftTest } from '../../../../core/quality/sensor/clock-drift.ts';
import { createCounterResetTest } from '../../../../core/quality/sensor/counter-reset.ts';
import type { CounterResetOptions } from '../../../../core/quality/sensor/counter-reset.ts';
import { createNoiseLevelTest } from '../../../../core/quality/sensor/noise-level.ts';
import { createOutOfOrderTest } from '../../../../core/quality/sensor/out-of-order.ts';
import { createQuantizationTest } from '../../../../core/quality/sensor/quantization.ts';
import type { SensorTest } from '../../../../core/quality/sensor/sensor-test.ts';
import { createSentinelTest } from '../../../../core/quality/sensor/sentinel.ts';
import { createUnitChangeTest } from '../../../../core/quality/sensor/unit-change.ts';
import { createSampler, kindOf } from '../../../../core/simulator/index.ts';
import type { FaultKind } from '../../../../core/simulator/index.ts';
import { ConfigError } from '../../../../core/errors/holdfast-error.ts';
import { gaussian } from '../../anomaly/random.ts';

/** Readings of one simulated metric, one a second, under a fault from `from` on. */
function simulated(kind: string, metric: string, count: number, fault?: FaultKind, from = count): number[] {
  const sampler = createSampler(kindOf(kind), 'faults', kind, 0);
  return Array.from({ length: count }, (_, index) => Number(sampler.sample((index + 1) * 1000, fault && index >= from ? new Map([[fault, 1]]) : new Map())[metric]));
}

function flagsOf(test: SensorTest, values: readonly number[]): number[] {
  return values.map((value, index) => test.update((index + 1) * 1000, value));
}

function feed(test: SensorTest, values: readonly number[]): SensorTest {
  flagsOf(test, values);
  return test;
}

/** A room at 21 degrees as a probe with 12 bits sees it. */
function room(count: number, seed = 1): number[] {
  const next = gaussian(seed);
  return Array.from({ length: count }, (_, index) => Math.round((21 + Math.sin(index / 200) + 0.2 * next()) * 16) / 16);
}

function isFound(flag: number): boolean {
  return flag === 3 || flag === 4;
}

describe('sentinel_test', () => {
  it('finds the 85 that a DS18B20 sends at power-on in a room, and says so', () => {
    const test = feed(createSentinelTest({ unit: 'Cel' }), room(100));
    assert.equal(test.update(1, 85), 4);
    assert.match(test.reason() ?? '', /^85 is what sensors send when they have no reading/);
    assert.equal(test.update(2, 21.5), 1);
    assert.equal(test.reason(), undefined);
  });

  it('believes 85 of a press that was at 84.9', () => {
    const warm = simulated('press', 'temperature', 200).map((value) => value + 84.9 - value + Math.sin(value) / 10);
    assert.equal(feed(createSentinelTest({ unit: 'Cel' }), warm).update(1, 85), 1);
  });

  it('finds -127, the nines and the ends of integers each time they come, however often', () => {
    for (const sentinel of [-127, -999, 9999, 65_535, 32_767, -32_768, 4_294_967_295, 3276.7]) {
      const test = feed(createSentinelTest({ unit: 'Cel' }), room(50));
      for (let times = 0; times < 100; times += 1) assert.equal(test.update(1, sentinel), 4, String(sentinel));
    }
  });

  it('says nothing of a first 85 and finds a first -999, since no sensor gives that', () => {
    assert.equal(createSentinelTest().update(1, 85), 2);
    assert.equal(createSentinelTest().update(1, -999), 4);
    const unanswered = createSentinelTest({ unit: 'Cel' });
    assert.deepEqual([1, 2, 3].map((ts) => unanswered.update(ts, -127)), [4, 4, 4], 'nor -127, however often');
  });

  it('lets a counter pass 9999 and 65535', () => {
    for (const sentinel of [9999, 65_535]) {
      const counts = Array.from({ length: 100 }, (_, index) => sentinel - 50 + index);
      assert.ok(flagsOf(createSentinelTest(), counts).every((flag) => !isFound(flag)));
    }
  });

  it('takes 85 for a reading where no temperature is measured, and goes by a list of its own', () => {
    assert.equal(feed(createSentinelTest({ unit: '%' }), room(50)).update(1, 85), 1);
    assert.equal(feed(createSentinelTest({ values: [-1] }), room(50)).update(1, -1), 4);
    assert.equal(feed(createSentinelTest({ values: [-1] }), room(50)).update(1, -999), 1);
  });
});

describe('quantization_test', () => {
  const coarse = (values: readonly number[], step: number): number[] => values.map((value) => Math.round(value / step) * step);

  it('finds a probe of 12 bits that fell back to whole degrees, and is content when it is back', () => {
    const values = [...room(500), ...coarse(simulated('press', 'temperature', 400), 1), ...room(400, 2)];
    const test = createQuantizationTest();
    const flags = flagsOf(test, values.slice(0, 900));
    assert.ok(flags.slice(0, 500).every((flag) => !isFound(flag)));
    assert.ok(flags.slice(700).every(isFound));
    assert.match(test.reason() ?? '', /steps of 1; they used to come in steps of 0.0625/);
    assert.equal(flagsOf(test, values.slice(900)).slice(5).filter(isFound).length, 0);
  });

  it('finds tenths where there were hundredths, also when they went through 32 bits', () => {
    const through32 = (values: readonly number[]): number[] => values.map((value) => Math.fround(value));
    const values = simulated('press', 'temperature', 1500);
    for (const series of [[...values.slice(0, 500), ...coarse(values.slice(500), 0.1)], through32([...values.slice(0, 500), ...coarse(values.slice(500), 0.1)])]) {
      const flags = flagsOf(createQuantizationTest(), series);
      assert.ok(!flags.slice(0, 500).some(isFound));
      assert.ok(flags.slice(700).every(isFound));
    }
  });

  it('gets used to a step that stays', () => {
    const values = simulated('press', 'temperature', 3000);
    const flags = flagsOf(createQuantizationTest({ adopt: 10 }), [...values.slice(0, 500), ...coarse(values.slice(500), 1)]);
    assert.ok(flags.slice(500).some(isFound));
    assert.ok(!flags.slice(-100).some(isFound));
  });

  it('does not take one reading with more decimals for the step of the sensor', () => {
    const values = coarse(simulated('press', 'temperature', 2000), 0.5);
    values[700] = 61.237;
    assert.ok(!flagsOf(createQuantizationTest(), values).some(isFound));
  });
});

describe('noise_level_test', () => {
  it('finds the interference that the simulator makes in the vibration of a press, and its end', () => {
    const test = createNoiseLevelTest();
    const flags = flagsOf(test, [...simulated('press', 'temperature', 1300, 'noise', 1000)]);
    assert.ok(!flags.slice(0, 1000).some(isFound));
    assert.ok(flags.slice(1100).every(isFound));
    assert.match(test.reason() ?? '', /noise rose from 0\.\d+ to \d/);
    assert.ok(!flagsOf(test, simulated('press', 'temperature', 400)).slice(150).some(isFound));
  });

  it('finds a sensor that went quiet', () => {
    const next = gaussian(3);
    const values = Array.from({ length: 1200 }, (_, index) => 50 + (index < 900 ? 1 : 0.01) * next());
    const flags = flagsOf(createNoiseLevelTest(), values);
    assert.ok(!flags.slice(0, 900).some(isFound));
    assert.ok(flags.slice(1100).every(isFound));
  });

  it('is not disturbed by spikes, steps and ramps', () => {
    const next = gaussian(4);
    const values = Array.from({ length: 3000 }, (_, index) => (index % 150 === 0 ? 500 : 20 + (index % 1000 > 500 ? 30 : 0) + index / 10 + next()));
    assert.ok(!flagsOf(createNoiseLevelTest(), values).some(isFound));
  });
});

describe('noise that comes and goes by itself', () => {
  it('is what is usual, as in the speed of a van that stops and goes', () => {
    const next = gaussian(8);
    let driving = false;
    let until = 0;
    const values = Array.from({ length: 20_000 }, (_, index) => {
      if (index >= until) {
        driving = !driving;
        until = index + 3 + Math.abs(30 * next());
      }
      return 30 + (driving ? 7.5 : 0.15) * next();
    });
    assert.ok(flagsOf(createNoiseLevelTest(), values).filter(isFound).length <= 2);
  });
});

describe('counter_reset_test', () => {
  const rising = (from: number, count: number, step = 3): number[] => Array.from({ length: count }, (_, index) => from + index * step);
  const found = (options: CounterResetOptions, values: readonly number[], next: number): string | undefined => {
    const test = feed(createCounterResetTest(options), values);
    return isFound(test.update(1, next)) ? test.reason() : undefined;
  };

  it('finds a counter that began anew, and only that reading', () => {
    const test = createCounterResetTest();
    const flags = flagsOf(test, [...rising(40_000, 300), ...rising(2, 300)]);
    assert.deepEqual(flags.flatMap((flag, index) => (isFound(flag) ? [index] : [])), [300]);
    assert.match(found({}, rising(40_000, 300), 2) ?? '', /began anew: it fell from 40897 to 2/);
  });

  it('names the width at which a counter wrapped round', () => {
    const nearly = (width: number): number[] => rising(width - 301 * 3, 300);
    assert.match(found({}, nearly(2 ** 16), 2) ?? '', /wrapped round at 2\^16/);
    assert.match(found({}, nearly(2 ** 24), 2) ?? '', /wrapped round at 2\^24/);
    assert.match(found({}, nearly(2 ** 32), 2) ?? '', /wrapped round at 2\^32/);
    assert.match(found({}, nearly(1e6), 2) ?? '', /wrapped round at 1000000/);
    assert.match(found({ counter: 'yes' }, rising(0, 85), 3) ?? '', /wrapped round at 2\^8/);
  });

  it('never judges a gauge, not even one that rose all night', () => {
    assert.equal(found({}, rising(20, 1000, 0.01), 25), undefined);
    assert.equal(found({ counter: 'no' }, rising(20, 1000), 0), undefined);
    assert.ok(!flagsOf(createCounterResetTest(), simulated('delivery-van', 'fuel', 5000)).some(isFound));
  });

  it('takes no sawtooth for a counter that begins anew all the time', () => {
    const sawtooth = Array.from({ length: 5000 }, (_, index) => 1 + (index % 150));
    assert.equal(flagsOf(createCounterResetTest(), [...rising(1, 300), ...sawtooth]).filter(isFound).length, 1);
  });

  it('finds a declared counter that went backwards', () => {
    assert.match(found({ counter: 'yes' }, rising(1000, 20), 900) ?? '', /went backwards, from 1057 to 900/);
  });
});

describe('unit_change_test', () => {
  const jumped = (convert: (value: number) => number, unit?: string): SensorTest => {
    const test = createUnitChangeTest(unit === undefined ? {} : { unit });
    const values = room(400);
    assert.ok(!flagsOf(test, values.slice(0, 300)).some(isFound));
    const flags = flagsOf(test, values.slice(300).map(convert));
    assert.ok(flags.slice(2).every(isFound), flags.join(''));
    return test;
  };

  it('names the unit that a jump comes from', () => {
    assert.match(jumped((value) => value * 1.8 + 32, 'Cel').reason() ?? '', /Fahrenheit instead of Celsius/);
    assert.match(jumped((value) => value + 273.15, 'Cel').reason() ?? '', /kelvins instead of degrees Celsius/);
    assert.match(jumped((value) => value * 10, 'Cel').reason() ?? '', /ten times as large/);
    assert.match(jumped((value) => value / 1000).reason() ?? '', /thousand times larger/);
    assert.match(jumped((value) => value * 14.5038, 'bar').reason() ?? '', /psi instead of bar/);
  });

  it('is content again when the unit is back', () => {
    const test = jumped((value) => value * 1.8 + 32);
    assert.ok(!flagsOf(test, room(300, 5)).some(isFound));
  });

  it('gets used to a unit that stays', () => {
    const test = createUnitChangeTest({ adopt: 50 });
    const flags = flagsOf(test, [...room(300), ...room(300, 6).map((value) => value * 1.8 + 32)]);
    assert.ok(flags.slice(310, 340).every(isFound));
    assert.ok(!flags.slice(400).some(isFound));
  });

  it('takes a machine that is switched on, a spike and a jump to nowhere in particular for what they are', () => {
    for (const values of [room(300).map((value, index) => (index % 50 < 25 ? value : value * 10)), [...room(300), 69.8, 21, 21, 21], [...room(300), 55, 55, 55, 55]]) {
      assert.ok(!flagsOf(createUnitChangeTest({ unit: 'Cel' }), values).some(isFound));
    }
  });
});

describe('options of sensor tests', () => {
  const wrong: [string, () => unknown][] = [
    ['values', () => createSentinelTest({ values: [Number.NaN] })], ['jump', () => createSentinelTest({ jump: 0 })], ['window', () => createQuantizationTest({ window: 1.5 })],
    ['failFactor', () => createNoiseLevelTest({ suspectFactor: 9, failFactor: 3 })], ['failThreshold', () => createClockDriftTest({ suspectThreshold: 9000, failThreshold: 30 })],
    ['tolerance', () => createOutOfOrderTest({ tolerance: -1 })], ['learn', () => createCounterResetTest({ learn: 1 })], ['adopt', () => createUnitChangeTest({ adopt: Infinity })],
  ];
  for (const [field, create] of wrong) {
    it(`are refused with a sentence that names ${field}, the value and a cure`, () => {
      assert.throws(create, (error) => error instanceof ConfigError && error.field === field && /: give .*\.$/.test(error.message));
    });
  }
});
