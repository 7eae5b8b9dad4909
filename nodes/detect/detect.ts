import { DetectionEngine } from '../../core/anomaly/device/detection-engine.ts';
import { DeviceDetectors } from '../../core/anomaly/device/device-detectors.ts';
import { readMetrics } from '../../core/anomaly/device/device-plan.ts';
import { MemoryBudget } from '../../core/anomaly/device/memory-budget.ts';
import { QUALITY } from '../../core/sample/sample.ts';
import { QUALITY_NAMES } from '../../core/sample/good-enough.ts';
import { samplesOf } from '../../core/sample/message.ts';
import { choice, number, reference, text } from '../harness/config.ts';
import { defineNode } from '../harness/define-node.ts';

/** One streaming detector per device and metric; the sample carries what they found. */
export default defineNode('holdfast-detect', {
  config: {
    version: 1,
    properties: {
      backend: reference(),
      metrics: text({ default: '' }),
      threshold: number({ default: 6, minimum: 1, maximum: 1_000 }),
      memory: number({ default: 200, minimum: 10, maximum: 100_000, integer: true }),
      warmUp: number({ default: 30, minimum: 5, maximum: 100_000, integer: true }),
      minimumQuality: choice(QUALITY_NAMES, 'good'),
    },
  },
  outputs: ['samples'],

  tryIt(config, message) {
    const detectors = new DeviceDetectors();
    const plan = { options: {}, minimumQuality: QUALITY[config.minimumQuality], watched: readMetrics(config.metrics), budget: new MemoryBudget() };
    const watched = samplesOf(message).samples.map((sample) => {
      detectors.judge(sample, plan);
      return { device: sample.device, watched: Object.keys(sample.anomalies ?? {}), carried: sample.anomalies };
    });
    const names = [...new Set(watched.flatMap((one) => one.watched))];
    const summary = names.length > 0 ? `In the last message these metrics are watched: ${names.join(', ')}.` : 'In the last message no metric is watched. Check the list of metrics; only numbers can be watched.';
    return { summary, result: watched };
  },

  start({ clock, config, problem, states, status }) {
    const engine = new DetectionEngine({
      settings: { minimumQuality: config.minimumQuality, metrics: readMetrics(config.metrics) }, clock, problem,
      states: states({ restore: (snapshot) => new DeviceDetectors(snapshot), snapshot: (detectors) => detectors.snapshot() }),
    });
    const counts = { judged: 0, anomalous: 0 };
    status.idle('waiting for samples');
    return {
      sample(sample, send) {
        const { anomalous } = engine.judge(sample);
        counts.judged += 1;
        if (anomalous) counts.anomalous += 1;
        send({ samples: sample });
        status.counts(counts);
      },
    };
  },
});
