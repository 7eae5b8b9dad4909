import { strict as assert } from 'node:assert';
import { EwmaZ, ThreeSigma } from '../../../../bench/anomaly/baselines.ts';
import { nabFile, NAB_PROFILES, reaching, scoreOf, sumOf, tallyOf } from '../../../../bench/anomaly/nab.ts';
import { runOver } from '../../../../bench/anomaly/outcome.ts';
import { readSeries, seriesOf } from '../../../../bench/anomaly/series.ts';
import { requireSharedData } from '../../../support/requirements.ts';

describe('3 sigma of the last hundred', () => {
  it('scores about -258 on NAB, and -604 and -142 in the other profiles: what a function node does', function () {
    requireSharedData(this, 'anomaly/nab/data');
    const tally = sumOf(seriesOf('nab').map((name) => {
      const series = readSeries(name);
      return tallyOf(nabFile(series.times.length, series.events), reaching(runOver(series, new ThreeSigma(), false).anomalous, 1));
    }));
    // Among two values that alternate, many lie off by just three deviations, so that rounding decides.
    const expected = [-258, -604, -142];
    Object.values(NAB_PROFILES).forEach((weights, index) => assert.ok(Math.abs(scoreOf(tally, weights) - expected[index]!) < 2));
  });

  it('divides by the spread of the last hundred values, however long the series is', () => {
    const values = Float64Array.from({ length: 5000 }, (_, at) => 1000 + Math.sin(at) * (at < 4000 ? 50 : 1));
    const { scores } = runOver({ times: values.map((_, at) => at), values }, new ThreeSigma(), false);
    const last = values.slice(-100);
    const mean = last.reduce((sum, value) => sum + value) / 100;
    const spread = Math.sqrt(last.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 100);
    assert.ok(Math.abs(scores[4999]! - Math.abs(values[4999]! - mean) / spread / 3) < 1e-6);
    assert.equal(scores[98], 0);
  });
});

describe('the plain EWMA', () => {
  it('sees a spike and no ordinary value, and takes no missing one', () => {
    const values = Float64Array.from({ length: 1000 }, (_, at) => (at === 900 ? 60 : at === 500 ? NaN : 20 + Math.sin(at)));
    const { anomalous } = runOver({ times: values.map((_, at) => at), values }, new EwmaZ(), false);
    assert.deepEqual(Array.from(reaching(anomalous, 1)), [900]);
  });
});
