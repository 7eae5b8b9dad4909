import assert from 'node:assert/strict';
import { ConfigError } from '../../../../core/errors/holdfast-error.ts';
import type { EpisodeEvent } from '../../../../core/anomaly/device/episode-event.ts';
import { Fleet, MINUTE, sample, START } from './fleet.ts';

const LEARNED = 1_000;

function learned(metrics = ['temperature']): Fleet {
  const fleet = new Fleet();
  fleet.learn('press', metrics, LEARNED);
  return fleet;
}

/** What ends in calm readings from this minute on. */
function calm(fleet: Fleet, from: number): EpisodeEvent[] {
  return fleet.learn('press', ['temperature'], 300, from, 7).flatMap(({ ended }) => ended);
}

describe('the detection engine of a fleet', () => {
  it('tells once that an episode began, and once that it ended, with what was worst in it', () => {
    const fleet = learned();
    const first = fleet.judge(sample('press', LEARNED, { temperature: 40 }));
    const next = sample('press', LEARNED + 1, { temperature: 60 });
    const second = fleet.judge(next);
    assert.deepEqual([first.anomalous, first.began.length, second.anomalous, second.began.length], [true, 1, true, 0]);
    const since = START + LEARNED * MINUTE;
    assert.equal(first.began[0]?.id, `press/temperature/${since}`);
    assert.equal(first.began[0]?.question, true);
    assert.equal(next.anomalies?.['temperature']?.since, since);
    const [ended, ...others] = calm(fleet, LEARNED + 2).filter(({ id }) => id === first.began[0]?.id);
    assert.deepEqual(others, []);
    assert.ok((ended?.until ?? 0) > since + MINUTE);
    const scores = [first.began[0]?.score ?? 0, next.anomalies?.['temperature']?.score ?? 0] as const;
    assert.ok((ended?.score ?? 0) >= Math.max(...scores));
  });

  it('tells nobody that an episode began in a backfill, and tells it when it still runs now', () => {
    const fleet = learned();
    const before = fleet.snapshot('press');
    const past = sample('press', LEARNED, { temperature: 60 }, { historical: true });
    assert.deepEqual(fleet.judge(past).began, []);
    assert.equal(past.anomalies?.['temperature']?.anomaly, true);
    assert.notEqual(fleet.snapshot('press'), before);
    const { began } = fleet.judge(sample('press', LEARNED + 1, { temperature: 60 }));
    assert.deepEqual(began.map(({ since }) => since), [START + LEARNED * MINUTE]);
  });

  it('tells nothing of an episode that began and ended in a backfill', () => {
    const fleet = learned();
    const told = [60, ...Array.from({ length: 40 }, () => 20)].flatMap((temperature, index) => {
      const { began, ended } = fleet.judge(sample('press', LEARNED + index, { temperature }, { historical: true }));
      return [...began, ...ended];
    });
    assert.deepEqual(told, []);
  });

  it('learns nothing from a device that is not active, and begins no episode', () => {
    for (const lifecycle of ['commissioning', 'maintenance', 'retired'] as const) {
      const fleet = learned();
      const before = fleet.snapshot('press');
      const wild = sample('press', LEARNED, { temperature: 60 }, { lifecycle });
      assert.deepEqual(fleet.judge(wild), { anomalous: false, began: [], ended: [] });
      assert.equal(fleet.snapshot('press'), before);
      const info = wild.anomalies?.['temperature'];
      assert.equal(info?.anomaly, false);
      assert.ok((info?.score ?? 0) > 1);
      assert.match(info?.why ?? '', /^Not learned, and no episode: the device is/);
    }
  });

  it('begins no episode with a reading that is late, or not good enough', () => {
    const fleet = learned();
    assert.deepEqual(fleet.judge(sample('press', LEARNED - 10, { temperature: 60 })).began, []);
    assert.deepEqual(fleet.judge(sample('press', LEARNED, { temperature: 60 }, { metrics: { temperature: { q: 3 } } })).began, []);
  });

  it('learns nothing from a sample that is delivered again, and begins no episode twice', () => {
    const fleet = learned();
    const wild = sample('press', LEARNED, { temperature: 60 });
    fleet.judge(structuredClone(wild));
    const before = fleet.snapshot('press');
    assert.deepEqual(fleet.judge(wild).began, []);
    assert.equal(fleet.snapshot('press'), before);
  });

  it('writes what it has learned when an episode begins, and else every half hour of event time', () => {
    const fleet = new Fleet();
    fleet.learn('press', ['temperature'], 61);
    assert.equal(fleet.writes.length, 2);
    fleet.learn('press', ['temperature'], LEARNED, 61);
    const before = fleet.writes.length;
    fleet.judge(sample('press', LEARNED + 61.1, { temperature: 60 }));
    assert.equal(fleet.writes.length, before + 1);
  });

  it('goes on after a restart with the episode that runs', () => {
    const fleet = learned();
    const { began } = fleet.judge(sample('press', LEARNED, { temperature: 60 }));
    fleet.restart();
    assert.deepEqual(fleet.judge(sample('press', LEARNED + 1, { temperature: 60 })).began, []);
    assert.equal(calm(fleet, LEARNED + 2).filter(({ id }) => id === began[0]?.id).length, 1);
    assert.deepEqual(fleet.problems, []);
  });

  it('begins one metric anew whose part of the snapshot is damaged, says so, and keeps the others', () => {
    const fleet = learned(['temperature', 'pressure']);
    fleet.restart({}, (text) => {
      const kept = JSON.parse(text);
      kept.m.temperature.d = { v: 99 };
      return JSON.stringify(kept);
    });
    const one = sample('press', LEARNED, { temperature: 60, pressure: 60 });
    assert.deepEqual(fleet.judge(one).began.map(({ metric }) => metric), ['pressure']);
    assert.equal(one.anomalies?.['temperature']?.score, 0);
    assert.match(String(fleet.problems[0]), /What was learned of temperature of press cannot be used/);
    assert.equal(fleet.problems.length, 1);
  });

  it('survives whatever stands in a snapshot', () => {
    for (const text of ['null', '7', '[]', '{}', '{"v":2}', '{"v":1}', '{"v":1,"m":{"temperature":null}}', '{"v":1,"m":[],"t":{"e":"x"},"g":5,"w":[1]}', '{"v":1,"m":{"temperature":{"p":"full","s":[1]}}}']) {
      const fleet = learned();
      fleet.restart({}, () => text);
      assert.deepEqual(fleet.judge(sample('press', LEARNED, { temperature: 20 })), { anomalous: false, began: [], ended: [] });
      fleet.restart();
      fleet.judge(sample('press', LEARNED + 1, { temperature: 20 }));
    }
  });

  it('refuses settings that cannot work with a sentence', () => {
    for (const settings of [{ sensitivity: 10 }, { memory: -1 }, { timeZone: 'Europe/Atlantis' }]) assert.throws(() => new Fleet(settings), ConfigError);
  });

  it('lets the group of a device speak where it finds more than the device alone, and names it', () => {
    const scores = new Map([[START + LEARNED * MINUTE, 3], [START + (LEARNED + 1) * MINUTE, 0.9]]);
    const fleet = new Fleet({}, { judge: (_device, _metric, ts) => ({ score: scores.get(ts) ?? 0.1, why: 'The others are cooler.' }) });
    fleet.learn('press', ['temperature'], LEARNED);
    const one = sample('press', LEARNED, { temperature: 20 });
    const [began] = fleet.judge(one).began;
    assert.deepEqual([began?.why, began?.score, began?.parts['peers']], ['The others are cooler.', 3, 3]);
    assert.equal(one.anomalies?.['temperature']?.why, 'The others are cooler.');
    fleet.restart();
    assert.deepEqual(fleet.judge(sample('press', LEARNED + 1, { temperature: 20 })), { anomalous: true, began: [], ended: [] });
  });
});
