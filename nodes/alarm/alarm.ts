import { alarmMessage, createAlarm, readAlarmState } from '../../core/alarm/index.ts';
import type { Alarm, AlarmSettings, AlarmState } from '../../core/alarm/index.ts';
import { QUALITY_NAMES } from '../../core/sample/good-enough.ts';
import { samplesOf } from '../../core/sample/message.ts';
import { choice, number, reference, text } from '../harness/config.ts';
import type { ConfigOf } from '../harness/config.ts';
import { defineNode } from '../harness/define-node.ts';

const properties = {
  backend: reference(),
  alarm: text({ default: 'Alarm', required: 'The alarm has no name. Enter what is wrong when it is raised, for example Overheating.', maximumLength: 100 }),
  watch: choice(['metric', 'anomaly'], 'metric'),
  metric: text({ default: 'temperature' }),
  direction: choice(['above', 'below'], 'above'),
  raiseLimit: number({ default: 90 }),
  clearLimit: number({ default: 85 }),
  onDelay: number({ default: 0, minimum: 0, maximum: 2_592_000 }),
  offDelay: number({ default: 0, minimum: 0, maximum: 2_592_000 }),
  severity: choice(['low', 'medium', 'high', 'critical'], 'high'),
  minimumQuality: choice(QUALITY_NAMES, 'suspect'),
};

/** Watches one metric, or what the detector says, per device: raised and cleared, one message a transition. */
export default defineNode('holdfast-alarm', {
  config: { version: 1, properties },
  outputs: ['alarms'],

  tryIt(config, message) {
    const alarm = alarmOf(config);
    const results = samplesOf(message).samples.map((sample) => {
      const { state, transition, ignored } = alarm.step(undefined, sample);
      return { device: sample.device, raised: state.raised, ...(transition ? { message: transition.message } : {}), ...(ignored ? { ignored } : {}) };
    });
    const raised = results.filter((result) => result.raised).length;
    const summary = raised > 0 ? `The last message would raise this alarm for ${raised === 1 ? results.find((result) => result.raised)?.device : `${raised} samples`}.` : 'The last message would not raise this alarm.';
    return { summary, result: results };
  },

  start({ config, states, status }) {
    const alarm = alarmOf(config);
    const devices = states<{ state: AlarmState | undefined }>({
      restore: (snapshot) => ({ state: snapshot === undefined ? undefined : readAlarmState(snapshot) }),
      snapshot: ({ state }) => state,
    });
    const active = new Set<string>();
    const counts = { active: 0, raised: 0, cleared: 0 };
    status.idle(`${alarm.settings.name}: watching`);
    return {
      sample(sample, send) {
        const device = devices.get(sample.device);
        const { state, transition } = alarm.step(device.state, sample);
        const changed = device.state?.raised !== state.raised;
        if (state !== device.state) {
          device.state = state;
          devices.changed(sample.device);
        }
        if (state.raised) active.add(sample.device);
        else active.delete(sample.device);
        counts.active = active.size;
        if (!transition) return;
        if (changed) counts[transition.state] += 1;
        // First on disk, then told: after a crash in between, the redelivered sample tells it again under the same id.
        return devices.commit(sample.device).then(() => {
          send({ alarms: { ...alarmMessage(transition) } });
          status.counts(counts);
        });
      },
    };
  },
});

function alarmOf(config: ConfigOf<typeof properties>): Alarm {
  const { alarm: name, severity, onDelay, offDelay, minimumQuality, metric } = config;
  const common = { name, severity, onDelay, offDelay, minimumQuality };
  const settings: AlarmSettings =
    config.watch === 'anomaly'
      ? { ...common, watch: { anomaly: metric === '' ? '*' : metric } }
      : { ...common, watch: { metric }, raise: { direction: config.direction, limit: config.raiseLimit }, clear: { limit: config.clearLimit } };
  return createAlarm(settings);
}
