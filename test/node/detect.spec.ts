import assert from 'node:assert/strict';
import type { Sample } from '../../core/sample/sample.ts';
import { backend, collect, deploy, load, loggedErrors, statusOf, temporaryDirectory, unload, until, useRuntime } from '../support/node-helper.ts';
import { flowOfOne, sampleOf, sendBatch } from '../support/sample-messages.ts';
import { DETECT, envelopeOf, learn, LEARNED, passed, payloadOf, usual, wild } from './detect-flow.ts';

describe('holdfast-detect', () => {
  useRuntime();

  async function judgement(sample: Sample): Promise<Sample | undefined> {
    return (await passed([sample]))[0];
  }

  it('puts score, expected band and a sentence on the sample', async () => {
    await learn(flowOfOne(DETECT, 2, temporaryDirectory()));
    const found = (await judgement(wild(LEARNED)))?.anomalies?.['temperature'];
    assert.equal(found?.anomaly, true);
    assert.ok((found?.score ?? 0) > 1);
    assert.ok((found?.expected?.low ?? 99) < 60 && (found?.expected?.high ?? 0) > 60 && (found?.expected?.high ?? 99) < 80);
    assert.match(found?.why ?? '', /80/);
  });

  it('watches only the metrics that it is told to', async () => {
    await load(flowOfOne({ ...DETECT, metrics: 'pressure, flow' }, 2, temporaryDirectory()));
    const out = await judgement(sampleOf('press-1', 1, { temperature: 60, pressure: 4, mode: 'auto' }));
    assert.deepEqual(Object.keys(out?.anomalies ?? {}), ['pressure']);
  });

  it('tells of an episode when it begins and when it ends, by the same id', async () => {
    await learn(flowOfOne(DETECT, 2, temporaryDirectory()));
    const episodes = collect('out1');
    await passed([wild(LEARNED), wild(LEARNED + 1)]);
    await until(() => episodes.length === 1, 'it began');
    const [began] = episodes;
    const { id, device, metric, since, state, why, until: over } = payloadOf(began);
    assert.deepEqual([device, metric, state, over], ['press-1', 'temperature', 'began', undefined]);
    assert.deepEqual([began?.topic, began?.['episode'], id], ['press-1', id, `press-1/temperature/${since}`]);
    assert.equal(envelopeOf(began).kind, 'episode');
    assert.match(why, /80/);
    await passed(usual(LEARNED + 2, 60));
    await until(() => episodes.length === 2, 'it ended');
    const ended = payloadOf(episodes[1]);
    assert.deepEqual([ended.id, ended.state], [id, 'ended']);
    assert.ok((ended.until ?? 0) > since);
    assert.notEqual(envelopeOf(episodes[1]).id, envelopeOf(began).id, 'an effect would act once for both');
  });

  it('goes on with the wires of an older flow, which had one output', async () => {
    const flow = flowOfOne({ type: 'holdfast-detect', threshold: 6, memory: 200, warmUp: 30 }, 1, temporaryDirectory());
    await learn(flow);
    assert.equal((await judgement(wild(LEARNED)))?.anomalies?.['temperature']?.anomaly, true);
    assert.deepEqual(loggedErrors(), []);
  });

  it('is as sensitive as the slider says', async () => {
    const found: boolean[] = [];
    for (const sensitivity of [1, 9]) {
      await learn(flowOfOne({ ...DETECT, sensitivity }, 2, temporaryDirectory()));
      const odd = await passed([wild(LEARNED, 'press-1', 60.7)]);
      found.push(odd.some(({ anomalies }) => anomalies?.['temperature']?.anomaly ?? false));
      await unload();
    }
    assert.deepEqual(found, [false, true]);
  });

  it('shows what it judged, which episodes run, and with how much memory its series are judged', async () => {
    await learn(flowOfOne(DETECT, 2, temporaryDirectory()));
    await passed([wild(LEARNED)]);
    await until(() => /running/.test(statusOf('n').text ?? ''), 'it is shown');
    assert.match(statusOf('n').text ?? '', /^1,501 judged · 1 anomalous · 1 running · 1 (full|lite)/);
    await passed(usual(LEARNED + 1, 60));
    await until(() => /^1,561 judged · \d+ anomalous · 1 (full|lite)/.test(statusOf('n').text ?? ''), 'none runs any more');
  });

  it('judges series that no longer fit into its memory with less', async () => {
    const samples = Array.from({ length: 30 }, (_, device) => usual(0, 40, `press-${device}`)).flat();
    await load(flowOfOne({ ...DETECT, memory: 1 }, 2, temporaryDirectory()));
    await passed(samples, sendBatch);
    await until(() => /30 (full|lite)|\d+ full · \d+ lite/.test(statusOf('n').text ?? ''), 'it is shown');
    const counted = [...(statusOf('n').text ?? '').matchAll(/(\d+) (?:full|lite)/g)].map(([, count]) => Number(count));
    assert.equal(counted.reduce((sum, count) => sum + count, 0), 30);
  });

  it('goes on after a deploy without learning anew', async () => {
    const flow = flowOfOne(DETECT, 2, temporaryDirectory());
    await learn(flow);
    await deploy(flow.map((one) => (one.id === 'n' ? { ...one, sensitivity: 6 } : one)), 'nodes');
    assert.equal((await judgement(wild(LEARNED)))?.anomalies?.['temperature']?.anomaly, true);
  });

  it('gives the same score after a restart of Node-RED as without one', async () => {
    const scores: unknown[] = [];
    for (const restart of [false, true]) {
      const flow = flowOfOne(DETECT, 2, temporaryDirectory());
      await learn(flow);
      if (restart) {
        await unload();
        await load(flow);
      }
      scores.push((await judgement(wild(LEARNED)))?.anomalies);
      await unload();
    }
    assert.deepEqual(scores[1], scores[0]);
  });

  it('learns each device by itself', async () => {
    await learn(flowOfOne(DETECT, 2, temporaryDirectory()));
    const other = await judgement(wild(LEARNED, 'press-2'));
    assert.equal(other?.anomalies?.['temperature']?.anomaly, false);
  });

  it('does not learn a sample twice that is delivered again', async () => {
    const results: unknown[] = [];
    for (const times of [1, 3]) {
      await learn(flowOfOne(DETECT, 2, temporaryDirectory()));
      for (let time = 0; time < times; time += 1) await judgement(sampleOf('press-1', LEARNED, { temperature: 60.3 }));
      results.push((await judgement(wild(LEARNED + 1)))?.anomalies);
      await unload();
    }
    assert.deepEqual(results[1], results[0]);
  });

  it('forgets what it learned when it is removed, and only then', async () => {
    const flow = flowOfOne(DETECT, 2, temporaryDirectory());
    await learn(flow);
    await deploy(flow.filter(({ id }) => id !== 'n'), 'full');
    await deploy(flow, 'full');
    assert.equal((await judgement(wild(LEARNED)))?.anomalies?.['temperature']?.anomaly, false);
  });

  it('compares a device with those of the same tag', async () => {
    const flow = flowOfOne({ ...DETECT, peers: 'tag', peerGroups: 'cold' }, 2, temporaryDirectory());
    await load(flow);
    for (let device = 0; device < 5; device += 1) backend().registry.issue({ id: `press-${device}`, kind: 'device', tags: ['cold'] });
    const episodes = collect('out1');
    const all = Array.from({ length: LEARNED }, (_, index) => Array.from({ length: 5 }, (_device, device) => usual(index, 1, `press-${device}`)).flat()).flat();
    await passed(all, sendBatch);
    const before = episodes.length;
    // All of them are warmer by and by: that is the weather, and one that stays behind is not.
    const warmer = Array.from({ length: 60 }, (_, step) => Array.from({ length: 5 }, (_device, device) => sampleOf(`press-${device}`, LEARNED + step, { temperature: 60 + (device === 4 ? 0 : Math.min(4, step / 10)) + (step % 3) / 10 })).flat()).flat();
    await passed(warmer, sendBatch);
    const told = episodes.slice(before).map(payloadOf);
    assert.ok(told.some(({ device, why }) => device === 'press-4' && /tag cold/.test(why)), JSON.stringify(told.map(({ id, why }) => [id, why])));
  });

  it('says which setting cannot work', async () => {
    await load(flowOfOne({ ...DETECT, peers: 'tag' }, 2, temporaryDirectory()));
    assert.match(loggedErrors().join(), /Devices of the same tag are to be compared, and no tag is named/);
    await unload();
    await load(flowOfOne({ ...DETECT, maintenance: [{ days: [], from: '22:00', to: '23:00' }] }, 2, temporaryDirectory()));
    assert.match(loggedErrors().join(), /maintenance windows, row 1, days/);
    await unload();
    await load(flowOfOne({ ...DETECT, timeZone: 'Mars/Olympus' }, 2, temporaryDirectory()));
    assert.match(loggedErrors().join(), /Mars\/Olympus/);
  });
});
