import assert from 'node:assert/strict';
import type { AlarmMessage } from '../../core/alarm/index.ts';
import { aMoment, backend, collect, deploy, load, statusOf, temporaryDirectory, unload, until, useRuntime } from '../support/node-helper.ts';
import type { Message } from '../support/node-helper.ts';
import { flowOfOne, sampleOf, sendBatch, sendSingly, temperatures } from '../support/sample-messages.ts';

const ALARM = { type: 'holdfast-alarm', alarm: 'Overheating', watch: 'metric', metric: 'temperature', direction: 'above', raiseLimit: 90, clearLimit: 80, severity: 'critical' };

const alarms = (messages: readonly Message[]): AlarmMessage[] => messages as unknown as AlarmMessage[];

/** "press-1 raised 95" */
const told = (messages: readonly Message[]): string[] => alarms(messages).map(({ payload: { device, state, value } }) => `${device} ${state} ${String(value)}`);

describe('holdfast-alarm', () => {
  useRuntime();

  it('sends one message when the limit is passed and one when it is over, with hysteresis', async () => {
    await load(flowOfOne(ALARM, 1, temporaryDirectory()));
    const out = collect('out0');
    const completed = collect('completed');
    sendSingly('n', temperatures('press-1', 85, 95, 97, 89, 85, 93, 79, 75));
    await until(() => completed.length === 8, 'all are done');
    assert.deepEqual(told(out), ['press-1 raised 95', 'press-1 cleared 79']);
    const [raised] = alarms(out);
    assert.equal(raised?.topic, 'alarms/press-1');
    assert.deepEqual([raised?.iot.kind, raised?.payload.severity], ['alarm', 'critical']);
    assert.match(raised?.payload.message ?? '', /temperature of press-1 is 95, above the limit of 90\./);
  });

  it('watches each device by itself', async () => {
    await load(flowOfOne(ALARM, 1, temporaryDirectory()));
    const out = collect('out0');
    sendBatch('n', [sampleOf('press-1', 1, { temperature: 95 }), sampleOf('press-2', 1, { temperature: 60 }), sampleOf('press-3', 1, { temperature: 99 }), sampleOf('press-1', 2, { temperature: 70 })]);
    await until(() => out.length === 3, 'three changes came');
    assert.deepEqual(told(out), ['press-1 raised 95', 'press-3 raised 99', 'press-1 cleared 70']);
  });

  for (const type of ['full', 'nodes'] as const) {
    it(`stays raised over a deploy (${type}): it is not raised again, and is cleared`, async () => {
      const flow = flowOfOne(ALARM, 1, temporaryDirectory());
      await load(flow);
      const before = collect('out0');
      sendSingly('n', temperatures('press-1', 95));
      await until(() => before.length === 1, 'it was raised');
      await deploy(flow.map((one) => (one.id === 'n' ? { ...one, name: 'hot' } : one)), type);
      const after = collect('out0');
      sendSingly('n', [sampleOf('press-1', 5, { temperature: 96 }), sampleOf('press-1', 6, { temperature: 60 })]);
      await until(() => after.length > 0, 'something was told');
      await aMoment();
      assert.deepEqual(told(after), ['press-1 cleared 60']);
    });
  }

  it('still stands when its node has been disabled for a while, and is cleared then', async () => {
    const flow = flowOfOne(ALARM, 1, temporaryDirectory());
    await load(flow);
    const before = collect('out0');
    sendSingly('n', temperatures('press-1', 95));
    await until(() => before.length === 1, 'it was raised');
    await deploy(flow.map((one) => (one.id === 'n' ? { ...one, d: true } : one)), 'nodes');
    await deploy(flow, 'nodes');
    const after = collect('out0');
    sendSingly('n', [sampleOf('press-1', 6, { temperature: 60 })]);
    await until(() => after.length > 0, 'something was told');
    assert.deepEqual(told(after), ['press-1 cleared 60']);
  });

  it('is cleared after a restart of Node-RED in the middle of it', async () => {
    const flow = flowOfOne(ALARM, 1, temporaryDirectory());
    await load(flow);
    const before = collect('out0');
    sendSingly('n', temperatures('press-1', 95));
    await until(() => before.length === 1, 'it was raised');
    await unload();
    await load(flow);
    await aMoment();
    const after = collect('out0');
    sendSingly('n', [sampleOf('press-1', 5, { temperature: 60 })]);
    await until(() => after.length === 1, 'it was cleared');
    assert.deepEqual(told(after), ['press-1 cleared 60']);
    assert.equal(alarms(after)[0]?.payload.id, alarms(before)[0]?.payload.id);
  });

  it('has its state on disk before it tells', async () => {
    await load(flowOfOne(ALARM, 1, temporaryDirectory()));
    const out = collect('out0');
    sendSingly('n', temperatures('press-1', 95));
    await until(() => out.length === 1, 'it was raised');
    assert.equal((backend().state.load('n', 'press-1') as { raised: boolean }).raised, true);
  });

  it('tells again, under the same id, when the sample that raised it is delivered again', async () => {
    await load(flowOfOne(ALARM, 1, temporaryDirectory()));
    const out = collect('out0');
    sendSingly('n', [...temperatures('press-1', 95), ...temperatures('press-1', 95)]);
    await until(() => out.length === 2, 'both were told');
    const ids = alarms(out).map(({ iot }) => iot.id);
    assert.equal(ids[0], ids[1]);
    await until(() => statusOf('n').text === '1 active · 1 raised', 'it is counted once');
  });

  it('is raised by what a detector says', async () => {
    await load(flowOfOne({ type: 'holdfast-alarm', alarm: 'Unusual', watch: 'anomaly', metric: '' }, 1, temporaryDirectory()));
    const out = collect('out0');
    const judged = (index: number, anomaly: boolean) => ({ ...sampleOf('press-1', index, { vibration: 3 }), anomalies: { vibration: { score: anomaly ? 9 : 1, anomaly, why: 'It never shook like this.' } } });
    sendSingly('n', [judged(1, false), judged(2, true), judged(3, true), judged(4, false)]);
    await until(() => out.length === 2, 'two changes came');
    assert.deepEqual(told(out), ['press-1 raised 3', 'press-1 cleared 3']);
    assert.match(alarms(out)[0]?.payload.message ?? '', /It never shook like this/);
  });

  it('shows how many stand, were raised and were cleared', async () => {
    await load(flowOfOne(ALARM, 1, temporaryDirectory()));
    sendSingly('n', [...temperatures('press-1', 95, 70), ...temperatures('press-2', 95)]);
    await until(() => statusOf('n').text === '1 active · 2 raised · 1 cleared', 'its status says so');
  });
});
