import assert from 'node:assert/strict';
import { ManualClock } from '../../../../core/clock/manual-clock.ts';
import { createDetector } from '../../../../core/anomaly/detector.ts';
import { previewDetection, MOST_PREVIEWED } from '../../../../core/anomaly/preview/preview-detection.ts';
import type { PreviewSources } from '../../../../core/anomaly/preview/preview-detection.ts';
import { READINGS_UNTIL_USUAL } from '../../../../core/anomaly/preview/learns-within.ts';
import { QUALITY } from '../../../../core/sample/sample.ts';
import type { Quality } from '../../../../core/sample/sample.ts';
import type { StoredReading } from '../../../../core/store/store.ts';
import { BusyClock } from '../../store/fixture.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const START = Date.UTC(2026, 2, 1);

/** A store of one series, with the little of a store that a preview asks for. */
function storeOf(readings: readonly StoredReading[]): PreviewSources['store'] & { asked: number } {
  const store = {
    asked: 0,
    series: () => (readings.length === 0 ? [] : [{ device: 'press-1', metric: 'temperature', readings: readings.length, newest: readings.at(-1)?.ts ?? 0 }]),
    range: ({ from, to, limit = 10_000 }: { from: number; to: number; limit?: number }) => {
      store.asked += 1;
      let place = 0;
      for (let high = readings.length; place < high;) {
        const middle = (place + high) >> 1;
        if ((readings[middle]?.ts ?? 0) < from) place = middle + 1;
        else high = middle;
      }
      return readings.slice(place, place + limit).filter(({ ts }) => ts < to);
    },
    buckets: ({ edges }: { edges: readonly number[] }) => {
      const counts = edges.slice(1).map(() => 0);
      for (const { ts } of readings) {
        const place = edges.findLastIndex((edge) => edge <= ts);
        if (place >= 0 && place < counts.length) counts[place]! += 1;
      }
      const at = { ts: 0, value: 0 };
      return Promise.resolve({ readingsFrom: -Infinity, buckets: counts.map((count) => (count === 0 ? undefined : { count, good: count, numbers: count, min: 0, max: 0, sum: 0, first: at, last: at })) });
    },
  };
  return store;
}

const usual = (index: number): number => 60 + ((index * 7919) % 100) / 100;

/** A reading a minute; `odd` says which are not usual. */
function series(count: number, odd: (index: number) => number | undefined = () => undefined, quality: (index: number) => Quality = () => 2): StoredReading[] {
  return Array.from({ length: count }, (_, index) => ({ ts: START + index * MINUTE, value: odd(index) ?? usual(index), quality: quality(index) }));
}

const look = (readings: readonly StoredReading[], more: { days?: number; minimumQuality?: Quality; signal?: AbortSignal } = {}) => {
  const { days = 1, minimumQuality = QUALITY.good, signal = new AbortController().signal } = more;
  return previewDetection({ device: 'press-1', metric: 'temperature', days, minimumQuality }, { store: storeOf(readings), clock: new ManualClock(START + 400 * DAY), signal });
};

describe('A preview of detection over stored readings', () => {
  it('tells for each position the episodes that a detector of that sensitivity would have begun', async () => {
    const readings = series(2_880, (index) => (index >= 2_000 && index < 2_010 ? 60 + (index - 1_995) * 3 : index === 2_500 ? 63 : undefined));
    const { positions, from, to, learnedBefore } = await look(readings);
    assert.deepEqual([from, to, learnedBefore], [START + 1_439 * MINUTE, START + 2_879 * MINUTE, 1_439]);
    assert.deepEqual(positions.map(({ sensitivity }) => sensitivity), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const detector = createDetector();
    const begun = new Set<number>();
    for (const { ts, value } of readings) {
      const { anomaly, since } = detector.update(ts, Number(value));
      if (anomaly && ts >= from) begun.add(since ?? ts);
    }
    assert.ok(begun.size > 0);
    const usualPosition = positions[4]?.episodes ?? [];
    assert.ok(usualPosition.some(({ since }) => begun.has(since)), 'the usual position has none that the detector has');
    const counts = positions.map(({ count }) => count);
    assert.ok((counts[8] ?? 0) >= (counts[4] ?? 0) && (counts[4] ?? 0) >= (counts[0] ?? 0), counts.join());
  });

  it('says of an episode when it was, which reading stood out most, and why', async () => {
    const readings = series(2_880, (index) => (index >= 2_000 && index < 2_010 ? 90 : undefined));
    const { positions } = await look(readings);
    const found = positions[4]?.episodes.find(({ since }) => since === START + 2_000 * MINUTE);
    assert.ok(found, JSON.stringify(positions[4]));
    const detector = createDetector();
    const said = readings.map(({ ts, value }) => ({ ts, value, ...detector.update(ts, Number(value)) })).filter(({ ts, anomaly }) => anomaly && ts >= found.since && ts <= found.until);
    const worst = said.toSorted((one, other) => other.score - one.score)[0];
    assert.deepEqual([found.until, found.peak, found.value, found.expected, found.kind, found.why], [said.at(-1)?.ts, worst?.score, worst?.value, worst?.expected, worst?.kind, worst?.why]);
    assert.ok(found.peak >= 1 && found.until >= found.since);
  });

  it('has no episode in readings that are nothing special', async () => {
    const { positions, readings } = await look(series(2_880));
    assert.equal(readings, 1_441);
    assert.deepEqual(positions.slice(0, 5).map(({ count }) => count), [0, 0, 0, 0, 0]);
  });

  it('draws few points, the reading of each episode and the extremes among them', async () => {
    const { points } = await look(series(30_000, (index) => (index === 25_000 ? 90 : index === 26_000 ? 20 : undefined)), { days: 20 });
    assert.ok(points.length <= 720 && points.length > 200, String(points.length));
    const values = points.map(([, value]) => value);
    assert.ok(values.includes(90) && values.includes(20));
    assert.deepEqual(points.map(([ts]) => ts), points.map(([ts]) => ts).toSorted((one, other) => one - other));
    const last = points.at(-1);
    assert.ok((last?.[2] ?? 99) < 60.5 && (last?.[3] ?? 0) > 60.5, 'the band is around what is usual');
  });

  it('leaves a gap where for long nothing came', async () => {
    const all = series(4_000);
    const { points } = await look(all.filter((_, index) => index < 2_600 || index > 3_400), { days: 2 });
    assert.equal(points.filter(([, value]) => value === null).length, 1);
  });

  it('says within what time a lasting change is learned, at the pace of the metric', async () => {
    const { learnsWithin } = await look(series(2_880));
    assert.deepEqual(learnsWithin, { readings: READINGS_UNTIL_USUAL, interval: MINUTE, milliseconds: READINGS_UNTIL_USUAL * MINUTE });
    assert.equal((await look(series(1))).learnsWithin, undefined);
  });

  it('does not learn from readings that cannot be trusted, nor judge bad ones', async () => {
    const doubtful = (index: number): number | undefined => (index > 500 && index < 2_000 ? 90 : undefined);
    const trusted = await look(series(2_880, doubtful, (index) => (doubtful(index) === undefined ? 1 : 3)));
    const learned = await look(series(2_880, doubtful, (index) => (doubtful(index) === undefined ? 1 : 3)), { minimumQuality: QUALITY.suspect });
    const bad = await look(series(2_880, doubtful, (index) => (doubtful(index) === undefined ? 1 : 4)));
    assert.ok((trusted.positions[4]?.count ?? 0) > 0);
    assert.notDeepEqual(learned.positions, trusted.positions);
    assert.equal(bad.readings, 880);
    assert.ok(bad.points.every(([, value]) => value !== 90), 'what is bad is not judged');
  });

  it('says when nothing is stored', async () => {
    const { readings, points, positions } = await look([]);
    assert.deepEqual([readings, points, positions.map(({ count }) => count)], [0, [], Array.from({ length: 9 }, () => 0)]);
  });

  it('reads the latest readings when there are more than it may, and says so', async () => {
    const readings = Array.from({ length: MOST_PREVIEWED + 50_000 }, (_, index) => ({ ts: START + index * 100, value: 1, quality: 2 as const }));
    const { isCut, readings: judged, to } = await look(readings);
    assert.equal(isCut, true);
    assert.ok(judged <= MOST_PREVIEWED && judged > MOST_PREVIEWED / 2, String(judged));
    assert.equal(to, readings.at(-1)?.ts);
  }).timeout(20_000);

  it('lets everything else have its turn, and ends when nobody looks any more', async () => {
    const gone = new AbortController();
    const store = storeOf(series(20_000));
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      if (turns === 20) gone.abort(new Error('closed'));
      else if (turns < 200) setImmediate(turn);
    };
    setImmediate(turn);
    const clock = new BusyClock();
    clock.advance(START + 400 * DAY);
    await assert.rejects(previewDetection({ device: 'press-1', metric: 'temperature', days: 30, minimumQuality: 1 }, { store, clock, signal: gone.signal }), /closed/);
    assert.equal(turns, 20);
    assert.ok(store.asked < 40, String(store.asked));
  });
});
