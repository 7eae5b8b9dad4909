import assert from 'node:assert/strict';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { Profiles } from '../../../core/profile/profiles.ts';
import { DeviceQuality } from '../../../core/quality/device-quality.ts';
import { QualityEngine } from '../../../core/quality/quality-engine.ts';
import { QualityPlans } from '../../../core/quality/settings/quality-plans.ts';
import { NO_SETTINGS, readMetricQuality } from '../../../core/quality/settings/settings.ts';
import type { QualitySettings } from '../../../core/quality/settings/settings.ts';
import type { Sample } from '../../../core/sample/sample.ts';

const START = Date.UTC(2026, 0, 1);

/** States as a node keeps them: `restart` puts all to disk and back. */
class States {
  #values = new Map<string, DeviceQuality>();
  readonly changes: string[] = [];
  readonly problems: unknown[] = [];

  get(device: string): DeviceQuality {
    const known = this.#values.get(device) ?? new DeviceQuality(undefined, (error) => this.problems.push(error));
    this.#values.set(device, known);
    return known;
  }

  changed(device: string): void {
    this.changes.push(device);
  }

  restart(spoil: (snapshot: string) => string = (snapshot) => snapshot): void {
    this.#values = new Map(Array.from(this.#values, ([device, one]) => [device, new DeviceQuality(JSON.parse(spoil(JSON.stringify(one.snapshot() ?? null))), (error) => this.problems.push(error))]));
  }
}

const every = (tests: object): QualitySettings => ({ ...NO_SETTINGS, every: readMetricQuality(tests, 'every') });

function engineOf(settings: QualitySettings, states: States, devicesOf: (tag: string) => string[] = () => []): { engine: QualityEngine; clock: ManualClock } {
  const clock = new ManualClock(START);
  return { engine: new QualityEngine({ plans: new QualityPlans({ settings, usesProfiles: true, usesDefaults: false, profiles: new Profiles() }), states, devicesOf, clock }), clock };
}

const sample = (device: string, index: number, t: number): Sample => {
  const ts = START + index * 60_000;
  return { id: `${device}/${index}`, device, ts, received: ts, tsSource: 'device', src: { via: 'mqtt' }, values: { t } };
};

describe('the quality engine of a fleet', () => {
  const NEIGHBOURS = every({ neighbor_test: { group: 'hall', threshold: 0.1, window: 300 } });
  const HALL = ['a', 'b', 'c'];

  it('finds a device that changes while those beside it do not, also right after a restart', () => {
    const states = new States();
    const { engine } = engineOf(NEIGHBOURS, states, () => HALL);
    for (const device of HALL) engine.judge(sample(device, 0, 20));
    for (const device of HALL) assert.equal(engine.judge(sample(device, 1, 21)).worst, 1);
    states.restart();
    assert.deepEqual(engine.judge(sample('a', 2, 60)).sample.metrics?.['t']?.flags, ['neighbor_test']);
    assert.ok(states.changes.length >= 7);
  });

  it('takes no change amiss that the others show too, and does not judge by readings that are too old', () => {
    const states = new States();
    const { engine } = engineOf(NEIGHBOURS, states, () => HALL);
    for (const device of HALL) engine.judge(sample(device, 0, 20));
    engine.judge(sample('a', 1, 20));
    for (const device of ['b', 'c']) engine.judge(sample(device, 2, 60));
    assert.equal(engine.judge(sample('a', 2, 60)).worst, 1);
    assert.equal(engine.judge(sample('a', 60, 2_000)).sample.metrics?.['t']?.tests?.['neighbor_test'], 2);
  });

  it('asks who belongs to a group every ten seconds, not for each reading', () => {
    let asked = 0;
    const { engine, clock } = engineOf(NEIGHBOURS, new States(), () => {
      asked += 1;
      return HALL;
    });
    for (let index = 0; index < 50; index += 1) engine.judge(sample('a', index, 20));
    assert.equal(asked, 1);
    clock.advance(10_000);
    engine.judge(sample('a', 51, 20));
    assert.equal(asked, 2);
  });

  it('begins anew with a test whose memory is damaged, tells of it, and goes on with the others', () => {
    const states = new States();
    const { engine } = engineOf(every({ rate_of_change_test: { failThreshold: 0.1 }, flat_line_test: { suspectCount: 2 } }), states);
    for (let index = 0; index < 3; index += 1) engine.judge(sample('a', index, 20));
    states.restart((snapshot) => {
      const read = JSON.parse(snapshot) as { k: string[]; m: { t: { t: Array<[number, unknown]> } } };
      const place = read.k.findIndex((name) => name.startsWith('rate_of_change_test'));
      read.m.t.t = read.m.t.t.map(([at, kept]) => [at, at === place ? 'spoilt' : kept]);
      return JSON.stringify(read);
    });
    const { tests } = engine.judge(sample('a', 3, 20)).sample.metrics?.['t'] ?? {};
    assert.deepEqual(tests, { rate_of_change_test: 1, flat_line_test: 3 });
    assert.match(String(states.problems), /What was kept of the rate_of_change_test is damaged/);
  });

  for (const spoilt of ['null', '7', '"x"', '[]', '{}', '{"v":2}', '{"v":1,"m":7,"s":[7],"r":[[1]],"k":3}', '{"v":1,"m":{"t":{"w":[1,2,9,"x"],"i":[1],"g":"x","o":["x"],"t":[[0,{}],[99]]}},"k":[null]}']) {
    it(`goes on when all that was kept of a device is ${spoilt}`, () => {
      const states = new States();
      const { engine } = engineOf(every({ spike_test: { failThreshold: 5 }, alteration: { onBad: 'interpolate' } }), states);
      engine.judge(sample('a', 0, 20));
      states.restart(() => spoilt);
      for (let index = 1; index < 4; index += 1) engine.judge(sample('a', index, 20));
      assert.equal(engine.judge(sample('a', 5, 20)).worst, 1);
    });
  }
});
