import assert from 'node:assert/strict';
import type { DetectionPreview } from '../../core/anomaly/preview/answer.ts';
import type { Sample } from '../../core/sample/sample.ts';
import { aMoment, backend, collect, helper, load, node, temporaryDirectory, useRuntime } from '../support/node-helper.ts';
import { flowOfOne, sampleOf } from '../support/sample-messages.ts';
import { DETECT, learn, LEARNED, passed, usual, wild } from './detect-flow.ts';

interface Answer<Body> {
  status: number;
  body: Body;
}
const post = async <Body>(path: string, body: object): Promise<Answer<Body>> => (await helper.request().post(path).send(body)) as Answer<Body>;
const preview = (body: object): Promise<Answer<DetectionPreview & { error?: string }>> => post('/holdfast-detect/preview', { version: 2, backend: 'data', ...body });

describe('the dialog of a detect node asks', () => {
  useRuntime();

  const store = (samples: readonly Sample[]): Promise<void> => new Promise((resolve, reject) => backend().store.write(samples, (error) => (error ? reject(error) : resolve())));

  it('for what each position would have made of what is stored, and is answered as the node would judge', async () => {
    await load(flowOfOne(DETECT, 2, temporaryDirectory()));
    const samples = [...usual(0, LEARNED), wild(LEARNED), wild(LEARNED + 1), ...usual(LEARNED + 2, 100)];
    await store(samples);
    const { status, body } = await preview({ device: 'press-1', metric: 'temperature', days: 1 });
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual([body.device, body.metric, body.positions.length], ['press-1', 'temperature', 9]);
    const out = await passed(samples);
    const began = out.find(({ anomalies }) => anomalies?.['temperature']?.anomaly);
    assert.ok(body.positions[4]?.episodes.some(({ since }) => since === began?.ts), 'the episode of the node is not among them');
  });

  it('without a device, and is shown the numbers that came last', async () => {
    await load(flowOfOne(DETECT, 2, temporaryDirectory()));
    await store([...usual(0, 20), ...Array.from({ length: 20 }, (_, index) => sampleOf('press-2', 100 + index, { mode: 'auto', pressure: 4 + index }))]);
    assert.deepEqual([(await preview({})).body.device, (await preview({})).body.metric], ['press-2', 'pressure']);
    assert.equal((await preview({ metrics: 'temperature' })).body.device, 'press-1');
    assert.equal((await preview({ device: 'press-1' })).body.metric, 'temperature');
    assert.equal((await preview({ metric: 'temperature' })).body.device, 'press-1');
  });

  it('and is told when nothing is stored', async () => {
    await load(flowOfOne(DETECT, 2, temporaryDirectory()));
    const { status, body } = await preview({ device: 'press-1', metric: 'temperature' });
    assert.deepEqual([status, body.readings, body.points], [200, 0, []]);
    assert.equal((await preview({})).body.readings, 0);
  });

  it('and is told what is missing or wrong', async () => {
    await load(flowOfOne(DETECT, 2, temporaryDirectory()));
    for (const [body, says] of [[{ backend: '' }, /No backend is chosen/], [{ backend: 'gone' }, /not running yet\. Deploy the flow/], [{ days: 1_000 }, /days is 1000\. Give a number above 0, and at most 60/], [{ minimumQuality: 'best' }, /minimumQuality/]] as const) {
      const answer = await preview(body);
      assert.equal(answer.status, 400);
      assert.match(answer.body.error ?? '', says);
    }
  });

  it('to try its settings on the last message, with all that the node has learned', async () => {
    await learn(flowOfOne(DETECT, 2, temporaryDirectory()));
    await aMoment(150);
    await passed([wild(LEARNED)]);
    const completed = collect('completed');
    const { status, body } = await post<{ summary: string; result: Array<{ device: string; said: object }> }>('/holdfast-detect/n/try', { version: 2 });
    assert.equal(status, 200, JSON.stringify(body));
    assert.match(body.summary, /^In the last message these metrics are watched: temperature\. temperature: .*80/);
    assert.deepEqual(body.result.map(({ device, said }) => [device, Object.keys(said)]), [['press-1', ['temperature']]]);
    const none = await post<{ summary: string }>('/holdfast-detect/n/try', { version: 2, metrics: 'pressure' });
    assert.match(none.body.summary, /no metric is watched\. Check the list/);
    assert.equal(completed.length, 0, 'nothing was sent');
  });

  it('after an answer, to wait for samples', async () => {
    await load(flowOfOne(DETECT, 2, temporaryDirectory()));
    const caught = collect('caught');
    node('n').receive({ maintenance: { minutes: 1 } });
    await aMoment();
    assert.deepEqual(caught, []);
    const { body } = await post<{ summary: string }>('/holdfast-detect/n/try', { version: 2 });
    assert.match(body.summary, /^The last message was an answer or a maintenance command/);
  });
});
