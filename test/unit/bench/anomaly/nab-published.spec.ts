import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { byProfile, nabFile, NAB_PROFILES, reaching, scoreOf, sumOf, tallyOf } from '../../../../bench/anomaly/nab.ts';
import { sweep } from '../../../../bench/anomaly/nab-sweep.ts';
import type { ScoredFile } from '../../../../bench/anomaly/nab-sweep.ts';
import { readSeries, seriesOf } from '../../../../bench/anomaly/series.ts';
import { requireSharedData } from '../../../support/requirements.ts';

describe('the scoring of NAB, with the score files of published detectors', () => {
  let scoredBy: (detector: string) => ScoredFile[];

  before(function () {
    const folder = requireSharedData(this, 'anomaly/nab/scores');
    const files = seriesOf('nab').map((name) => {
      const { times, events } = readSeries(name);
      return { name: name.name, file: nabFile(times.length, events) };
    });
    scoredBy = (detector) => {
      const scores = JSON.parse(gunzipSync(readFileSync(`${folder}/${detector}.json.gz`)).toString()) as Record<string, number[]>;
      return files.map(({ name, file }) => ({ file, scores: scores[name]! }));
    };
  });

  function sweptScores(detector: string): string[] {
    const swept = sweep(scoredBy(detector));
    return Object.values(byProfile((_, profile) => swept[profile].score.toFixed(3)));
  }

  it('gives ARTime what was published, with the threshold swept', () => {
    assert.deepEqual(sweptScores('ARTime'), ['74.854', '65.154', '80.362']);
  });

  it('gives windowedGaussian what was published', () => {
    assert.deepEqual(sweptScores('windowedGaussian'), ['39.650', '20.868', '47.410']);
  });

  it('gives knncad what was published', () => {
    assert.equal(sweptScores('knncad')[0], '57.994');
  });

  it('gives numenta what was published, at the thresholds stored with it', function () {
    const stored = JSON.parse(readFileSync(requireSharedData(this, 'anomaly/nab/config/thresholds.json'), 'utf8')) as Record<string, Record<string, { threshold: number }>>;
    const scored = scoredBy('numenta');
    const scoreAt = (profile: keyof typeof NAB_PROFILES, storedAs: string): string => {
      const { threshold } = stored['numenta']![storedAs]!;
      return scoreOf(sumOf(scored.map(({ file, scores }) => tallyOf(file, reaching(scores, threshold)))), NAB_PROFILES[profile]).toFixed(3);
    };
    assert.deepEqual(
      [scoreAt('standard', 'standard'), scoreAt('lowFalsePositives', 'reward_low_FP_rate'), scoreAt('lowFalseNegatives', 'reward_low_FN_rate')],
      ['70.101', '63.117', '74.320'],
    );
  });
});
