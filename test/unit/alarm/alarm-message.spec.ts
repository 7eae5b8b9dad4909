import assert from 'node:assert/strict';
import { alarmMessage } from '../../../core/alarm/index.ts';
import { hot, run, sample } from './samples.ts';

describe('alarm message', () => {
  const { told } = run(hot, [sample(1, 95), sample(2, 70, { historical: true })]);
  const [raised, cleared] = told;
  assert.ok(raised && cleared);

  it('carries the transition under the device, in the envelope of the suite', () => {
    assert.deepEqual(alarmMessage(raised), {
      topic: 'alarms/press-7',
      payload: raised,
      iot: { v: 1, kind: 'alarm', id: 'Too%20hot/press-7/1/raised', device: 'press-7', ts: 1, src: { via: 'flow' } },
    });
  });

  it('has an id of its own for raise and clear, so that neither is taken for the other', () => {
    assert.notEqual(alarmMessage(raised).iot.id, alarmMessage(cleared).iot.id);
    assert.equal(alarmMessage(cleared).iot.historical, true);
  });

  it('shares no object with the transition it was made from', () => {
    const message = alarmMessage(raised);
    message.payload.message = 'changed by a flow';
    assert.notEqual(raised.message, 'changed by a flow');
  });

  it('makes one safe topic level of any device id, and no two alike', () => {
    const topicOf = (device: string): string => alarmMessage({ ...raised, device }).topic;
    const topics = ['a/b', 'a+b', 'a#b', 'a%2Fb', 'a\u0000b', 'a\ud800b', 'ab'].map(topicOf);
    for (const topic of topics) assert.match(topic, /^alarms\/[^/+#\p{Cc}]+$/u);
    assert.equal(new Set(topics).size, topics.length);
    assert.equal(topicOf('Presse 7 ü'), 'alarms/Presse 7 ü');
  });
});
