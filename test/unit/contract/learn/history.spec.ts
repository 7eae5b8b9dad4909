import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ContractLearner } from '../../../../core/contract/learn/contract-learner.ts';
import { learnFromHistory } from '../../../../core/contract/learn/learn-from-history.ts';
import type { HistoryProgress, HistorySources, HistoryToLearn } from '../../../../core/contract/learn/learn-from-history.ts';
import { QUALITY } from '../../../../core/sample/sample.ts';
import type { ReadingValue } from '../../../../core/sample/sample.ts';
import type { Range, SeriesSummary, StoredReading } from '../../../../core/store/store.ts';

type Stored = Record<string, Record<string, StoredReading[]>>;

/** A store that answers from an object, device → metric → readings, and remembers what it was asked. */
function sourcesOf(stored: Stored, signal = new AbortController().signal): HistorySources & { asked: Range[] } {
  const asked: Range[] = [];
  const series = (devices = Object.keys(stored)): SeriesSummary[] => devices.flatMap((device) => Object.entries(stored[device] ?? {}).map(([metric, readings]) => ({ device, metric, readings: readings.length, newest: readings.at(-1)?.ts ?? 0 })));
  return {
    asked, signal,
    store: {
      series,
      range(query) {
        asked.push(query);
        return Promise.resolve((stored[query.device]?.[query.metric] ?? []).filter(({ ts }) => ts >= query.from && ts < query.to).slice(0, query.limit));
      },
    },
    registry: { devicesOf: ({ profile, tag }) => Object.keys(stored).filter((device) => device === `${profile ?? tag}-1`) },
  };
}

const reading = (ts: number, value: ReadingValue, more: Partial<StoredReading> = {}): StoredReading => ({ ts, value, quality: QUALITY.good, ...more });
const ALL: HistoryToLearn = { from: 0, to: 1e15 };

async function learn(stored: Stored, wanted: HistoryToLearn = ALL, keep = 1_000): Promise<{ learner: ContractLearner; sources: ReturnType<typeof sourcesOf>; progress: HistoryProgress[] }> {
  const learner = new ContractLearner({ keep });
  const sources = sourcesOf(stored);
  const progress: HistoryProgress[] = [];
  await learnFromHistory(learner, wanted, sources, (one) => void progress.push(one));
  return { learner, sources, progress };
}

describe('learning from the history', () => {
  it('puts the readings of one device at one time together again, whatever the pages are like', () => {
    const series = fc.uniqueArray(fc.nat(1_500), { maxLength: 700, size: 'max' }).map((times) => times.toSorted((one, other) => one - other).map((ts) => reading(ts, ts)));
    return fc.assert(fc.asyncProperty(series, series, series, async (a, b, c) => {
      const { learner } = await learn({ 'press-1': { a, b, c } }, ALL, 10_000);
      const expected = new Map<number, string[]>();
      for (const [metric, readings] of Object.entries({ a, b, c })) for (const { ts } of readings) expected.set(ts, [...(expected.get(ts) ?? []), metric]);
      assert.deepEqual(learner.last.map(({ ts, values }) => [ts, Object.keys(values)]), [...expected].toSorted(([one], [other]) => one - other));
    }), { numRuns: 30 });
  });

  it('takes the time, the profile and the tag that are asked for', async () => {
    const stored: Stored = { 'press-1': { t: [reading(1, 1), reading(5, 5), reading(9, 9)] }, 'van-1': { t: [reading(5, 50)] } };
    const seen = async (wanted: Partial<HistoryToLearn>): Promise<unknown[]> => (await learn(stored, { ...ALL, ...wanted })).learner.last.map(({ values }) => values['t']);
    assert.deepEqual(await seen({}), [1, 5, 9, 50]);
    assert.deepEqual(await seen({ from: 5, to: 9 }), [5, 50]);
    assert.deepEqual(await seen({ profile: 'press' }), [1, 5, 9]);
    assert.deepEqual(await seen({ tag: 'van' }), [50]);
    assert.deepEqual(await seen({ profile: 'nothing' }), []);
    assert.deepEqual((await learn(stored, { from: 6, to: 1e15 })).sources.asked.map(({ device }) => device), ['press-1'], 'a device without readings in that time is not read');
  });

  it('learns what devices sent, not what was made of it, with the units', async () => {
    const { learner } = await learn({ 'press-1': { t: [reading(1, 20, { raw: '20', unit: 'Cel' }), reading(2, 21, { unit: 'Cel' })] } });
    assert.deepEqual(learner.last.map(({ values, metrics }) => [values['t'], metrics?.['t']?.unit]), [['20', 'Cel'], [21, 'Cel']]);
  });

  it('keeps a share of the last samples of each device, and tells how far it is', async () => {
    const many = (offset: number): StoredReading[] => Array.from({ length: 100 }, (_, index) => reading(offset + index, offset + index));
    const { learner, progress } = await learn({ a: { t: many(0) }, b: { t: many(1_000) } }, ALL, 10);
    assert.equal(learner.samples, 200);
    assert.deepEqual(learner.last.map(({ values }) => values['t']), [95, 96, 97, 98, 99, 1_095, 1_096, 1_097, 1_098, 1_099]);
    assert.deepEqual(progress, [{ devices: 2, read: 1 }, { devices: 2, read: 2 }]);
  });

  it('reads small pages of a device with many metrics, and ends when it is told to', async () => {
    const wide = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`m${index}`, [reading(1, index)]]));
    assert.equal((await learn({ wide })).sources.asked[0]?.limit, 25);
    const stop = new AbortController();
    const learner = new ContractLearner();
    const learning = learnFromHistory(learner, ALL, sourcesOf({ a: { t: [reading(1, 1)] }, b: { t: [reading(1, 1)] } }, stop.signal), () => stop.abort(new Error('enough')));
    await assert.rejects(learning, /enough/);
    assert.equal(learner.samples, 1);
  });
});
