import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createDetector } from '../../../core/anomaly/index.ts';
import { requireSharedData } from '../../support/requirements.ts';

const series = 'realKnownCause/machine_temperature_system_failure.csv';
const time = (text: string): number => Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`);

describe('the detector on the machine temperatures of the Numenta Anomaly Benchmark', () => {
  let rows: Array<{ ts: number; value: number }> = [];
  let windows: Array<[number, number]> = [];

  before(function () {
    rows = readFileSync(requireSharedData(this, `anomaly/nab/data/${series}`), 'utf8').trim().split('\n').slice(1).map((line) => {
      const [stamp = '', value] = line.split(',');
      return { ts: time(stamp), value: Number(value) };
    });
    const labels = JSON.parse(readFileSync(requireSharedData(this, 'anomaly/nab/labels/combined_windows.json'), 'utf8')) as Record<string, Array<[string, string]>>;
    windows = (labels[series] ?? []).map(([from, to]) => [time(from), time(to)]);
  });

  it('begins an episode inside most labelled windows, and few elsewhere', () => {
    const detector = createDetector();
    const episodes = new Set<number>();
    for (const { ts, value } of rows) {
      const { anomaly, since } = detector.update(ts, value);
      if (anomaly && since !== undefined) episodes.add(since);
    }
    const isInside = (ts: number, [from, to]: [number, number]): boolean => ts >= from && ts <= to;
    const found = windows.filter((window) => [...episodes].some((ts) => isInside(ts, window)));
    const elsewhere = [...episodes].filter((ts) => !windows.some((window) => isInside(ts, window)));
    assert.equal(rows.length, 22_695);
    assert.equal(windows.length, 4);
    assert.ok(found.length >= 3, `episodes in ${found.length} windows`);
    assert.ok(elsewhere.length < 10, `${elsewhere.length} episodes elsewhere`);
  });
});
