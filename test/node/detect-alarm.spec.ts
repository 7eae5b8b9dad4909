import assert from 'node:assert/strict';
import type { AlarmMessage } from '../../core/alarm/index.ts';
import { collect, load, temporaryDirectory, unload, until, useRuntime } from '../support/node-helper.ts';
import type { FlowNode } from '../support/node-helper.ts';
import { flowOfOne, sampleOf } from '../support/sample-messages.ts';
import { DETECT, learn, LEARNED, passed, payloadOf, usual, wild } from './detect-flow.ts';

/** A detector, and behind it an alarm for what it finds. */
function watched(directory: string): FlowNode[] {
  const place = { z: 'f', x: 0, y: 0 };
  return [
    ...flowOfOne(DETECT, 2, directory).map((one) => (one.id === 'n' ? { ...one, wires: [['out0', 'alarm'], ['out1']] } : one)),
    { id: 'alarm', type: 'holdfast-alarm', ...place, backend: 'data', alarm: 'Unusual', watch: 'anomaly', metric: 'temperature', wires: [['alarms']] },
    { id: 'alarms', type: 'helper', ...place, wires: [] },
  ];
}

describe('an alarm for what a detector finds', () => {
  useRuntime();

  it('stands while the episode runs, and clears with the first sample after it', async () => {
    await learn(watched(temporaryDirectory()));
    const episodes = collect('out1');
    const alarms = collect('alarms') as unknown as AlarmMessage[];
    await passed([wild(LEARNED), wild(LEARNED + 1), wild(LEARNED + 2), wild(LEARNED + 3)]);
    await until(() => alarms.length > 0, 'it was raised');
    const before = await passed([sampleOf('press-1', LEARNED + 4, { temperature: 60 })]);
    assert.equal(before[0]?.anomalies?.['temperature']?.anomaly, true, 'one calm reading does not end an episode');
    assert.deepEqual(alarms.map(({ payload }) => payload.state), ['raised']);
    await passed(usual(LEARNED + 5, 120));
    await until(() => alarms.length > 1, 'it was cleared');
    const [raised, cleared, ...more] = alarms.map(({ payload }) => payload);
    assert.deepEqual(more, []);
    const [began, ended, ...others] = episodes.map(payloadOf);
    assert.deepEqual(others, []);
    assert.deepEqual([raised?.ts, cleared?.state, cleared?.ts], [began?.since, 'cleared', ended?.until]);
    assert.equal(raised?.message.includes(began?.why ?? '-'), true);
  });

  it('is raised and cleared once, also when Node-RED is started anew on the way', async () => {
    const directory = temporaryDirectory();
    await learn(watched(directory));
    const alarms = collect('alarms') as unknown as AlarmMessage[];
    await passed([wild(LEARNED), wild(LEARNED + 1)]);
    await until(() => alarms.length > 0, 'it was raised');
    await unload();
    await load(watched(directory));
    const after = collect('alarms') as unknown as AlarmMessage[];
    await passed([wild(LEARNED + 2), ...usual(LEARNED + 3, 120)]);
    await until(() => after.length > 0, 'it was cleared');
    assert.deepEqual(after.map(({ payload }) => payload.state), ['cleared']);
    assert.equal(after[0]?.payload.id, alarms[0]?.payload.id);
  });
});
