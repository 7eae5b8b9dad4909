import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createDetector } from '../../../core/anomaly/index.ts';
import { requireSharedData } from '../../support/requirements.ts';

const series = 'realKnownCause/machine_temperature_system_failure.csv';
const time = (text: string): number => Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`);

describe('detector on the machine temperatures of the Numenta Anomaly Benchmark', () => {
  let rows: { ts: number; value: number }[] = [];
  let windows: [number, number][] = [];

  before(function () {
    rows = readFileSync(requireSharedData(this, `anomaly/nab/data/${series}`), 'utf8').trim().split('\n').slice(1).map((line) => {
      const [stamp = '', value] = line.split(',');
      return { ts: time(stamp), value: Number(value) };
    });
    const labels = JSON.parse(readFileSync(requireSharedData(this, 'anomaly/nab/labels/combined_windows.json'), 'utf8')) as Record<string, [string, string][]>;
    windows = (labels[series] ?? []).map(([from, to]) => [time(from), time(to)]);
  });

  it('begins an episode inside a labelled window, and few in all', () => {
    const detector = createDetector();
    const episodes: number[] = [];
    let before = false;
    for (const { ts, value } of rows) {
      const { anomaly } = detector.update(ts, value);
      if (anomaly && !before) episodes.push(ts);
      before = anomaly;
    }
    const inside = episodes.filter((ts) => windows.some(([from, to]) => ts >= from && ts <= to));
    assert.equal(rows.length, 22_695);
    assert.equal(windows.length, 4);
    assert.ok(inside.length >= 1, 'an episode in a labelled window');
    assert.ok(episodes.length < 10, `${episodes.length} episodes`);
  });
});
