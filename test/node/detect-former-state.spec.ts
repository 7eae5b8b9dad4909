import assert from 'node:assert/strict';
import { backend, load, loggedErrors, temporaryDirectory, unload, useRuntime } from '../support/node-helper.ts';
import { flowOfOne } from '../support/sample-messages.ts';
import { DETECT, LEARNED, passed, usual, wild } from './detect-flow.ts';

/** What a detect node of the first version kept of a metric: ten numbers. */
const FORMER = { v: 1, s: [5_000, 60, 0.06, 0, 0, 0, 0.01, 60.1, 2, 1_600_000_000_000] };
const METRICS = 200;

describe('a detect node in a workspace that has states of the former version', () => {
  useRuntime();

  const restartedWith = async (states: ReadonlyArray<readonly [string, unknown]>): Promise<void> => {
    const flow = flowOfOne(DETECT, 2, temporaryDirectory());
    await load(flow);
    await backend().state.save('n', states);
    await unload();
    await load(flow);
  };

  it('learns anew, finds what is unusual then, and says nothing of it', async () => {
    const metrics = ['temperature', 'v', 'w', ...Array.from({ length: METRICS - 3 }, (_, index) => `m${index}`)];
    const former = Object.fromEntries(metrics.map((metric) => [metric, FORMER]));
    await restartedWith([['press-1', former], ['press-2', former]]);
    const [first] = await passed([...usual(0, 1), ...usual(0, 1, 'press-2')]);
    assert.equal(first?.anomalies?.['temperature']?.expected, undefined, 'it does not know yet what is usual');
    await passed(usual(1, LEARNED - 1));
    assert.equal((await passed([wild(LEARNED)]))[0]?.anomalies?.['temperature']?.anomaly, true);
    assert.deepEqual(loggedErrors(), []);
  });

  it('says once a device that what a detector knows is of another version', async () => {
    const kept = { p: 'full', d: { v: 1, s: FORMER.s }, s: Array.from({ length: 8 }, () => 0) };
    const metrics = Object.fromEntries(Array.from({ length: METRICS }, (_, index) => [`m${index}`, kept]));
    await restartedWith([['press-1', { v: 1, m: { temperature: kept, ...metrics } }]]);
    await passed(usual(0, 20));
    const errors = loggedErrors();
    assert.equal(errors.length, 1, errors.join('\n'));
    assert.match(String(errors[0]), /What was learned of temperature of press-1 cannot be used: .*So it is with 199 more of its metrics/);
  });
});
