import assert from 'node:assert/strict';
import type { Sample } from '../../core/sample/sample.ts';
import { collect, deploy, load, temporaryDirectory, unload, until, useRuntime } from '../support/node-helper.ts';
import type { FlowNode } from '../support/node-helper.ts';
import { flowOfOne, sampleOf, samplesIn, sendSingly } from '../support/sample-messages.ts';

const DETECT = { type: 'holdfast-detect', warmUp: 10, memory: 50, threshold: 6 };
const usual = (from: number, count: number): Sample[] => Array.from({ length: count }, (_, index) => sampleOf('press-1', from + index, { temperature: 60 + ((from + index) % 5) / 10 }));
const wild = (index: number): Sample => sampleOf('press-1', index, { temperature: 80 });

describe('holdfast-detect', () => {
  useRuntime();

  async function learn(flow: FlowNode[]): Promise<void> {
    await load(flow);
    const out = collect('out0');
    sendSingly('n', usual(0, 30));
    await until(() => out.length === 30, 'all came out');
  }

  async function judgement(sample: Sample): Promise<Sample | undefined> {
    const out = collect('out0');
    sendSingly('n', [sample]);
    await until(() => out.length === 1, 'it came out');
    return samplesIn(out)[0];
  }

  it('puts score, expected band and a sentence on the sample', async () => {
    await learn(flowOfOne(DETECT, 1, temporaryDirectory()));
    const found = (await judgement(wild(30)))?.anomalies?.['temperature'];
    assert.equal(found?.anomaly, true);
    assert.ok((found?.score ?? 0) > 6);
    assert.ok((found?.expected?.low ?? 99) < 60.2 && (found?.expected?.high ?? 0) > 60.2 && (found?.expected?.high ?? 99) < 80);
    assert.match(found?.why ?? '', /80/);
  });

  it('watches only the metrics that it is told to', async () => {
    await load(flowOfOne({ ...DETECT, metrics: 'pressure, flow' }, 1, temporaryDirectory()));
    const out = await judgement(sampleOf('press-1', 1, { temperature: 60, pressure: 4, mode: 'auto' }));
    assert.deepEqual(Object.keys(out?.anomalies ?? {}), ['pressure']);
  });

  it('goes on after a deploy without learning anew', async () => {
    const flow = flowOfOne(DETECT, 1, temporaryDirectory());
    await learn(flow);
    await deploy(flow.map((one) => (one.id === 'n' ? { ...one, threshold: 7 } : one)), 'nodes');
    assert.equal((await judgement(wild(30)))?.anomalies?.['temperature']?.anomaly, true);
  });

  it('gives the same score after a restart of Node-RED as without one', async () => {
    const scores: unknown[] = [];
    for (const restart of [false, true]) {
      const flow = flowOfOne(DETECT, 1, temporaryDirectory());
      await learn(flow);
      if (restart) {
        await unload();
        await load(flow);
      }
      scores.push((await judgement(wild(30)))?.anomalies);
      await unload();
    }
    assert.deepEqual(scores[1], scores[0]);
  });

  it('learns each device by itself', async () => {
    await learn(flowOfOne(DETECT, 1, temporaryDirectory()));
    const other = await judgement({ ...wild(30), device: 'press-2' });
    assert.equal(other?.anomalies?.['temperature']?.anomaly, false);
  });

  it('does not learn a sample twice that is delivered again', async () => {
    const results: unknown[] = [];
    for (const times of [1, 3]) {
      await learn(flowOfOne(DETECT, 1, temporaryDirectory()));
      for (let time = 0; time < times; time += 1) await judgement(sampleOf('press-1', 30, { temperature: 60.9 }));
      results.push((await judgement(wild(31)))?.anomalies);
      await unload();
    }
    assert.deepEqual(results[1], results[0]);
  });

  it('forgets what it learned when it is removed, and only then', async () => {
    const flow = flowOfOne(DETECT, 1, temporaryDirectory());
    await learn(flow);
    await deploy(flow.filter(({ id }) => id !== 'n'), 'full');
    await deploy(flow, 'full');
    assert.equal((await judgement(wild(30)))?.anomalies?.['temperature']?.anomaly, false);
  });
});
