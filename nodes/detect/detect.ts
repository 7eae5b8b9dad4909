import { checkDetectorOptions } from '../../core/anomaly/detector-options.ts';
import { DeviceDetectors, readMetrics } from '../../core/anomaly/device-detectors.ts';
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
    const detectors = new DeviceDetectors(config, readMetrics(config.metrics));
    const watched = samplesOf(message).samples.map((sample) => {
      detectors.judge(sample);
      return { device: sample.device, watched: Object.keys(sample.anomalies ?? {}), carried: sample.anomalies };
    });
    const names = [...new Set(watched.flatMap((one) => one.watched))];
    const summary = names.length > 0 ? `In the last message these metrics are watched: ${names.join(', ')}.` : 'In the last message no metric is watched. Check the list of metrics; only numbers can be watched.';
    return { summary, result: watched };
  },

  start({ config, states, status }) {
    // A detector is first made when a device is heard: settings that cannot work together are refused now, not sample by sample.
    checkDetectorOptions(config);
    const metrics = readMetrics(config.metrics);
    const devices = states({
      restore: (snapshot) => new DeviceDetectors(config, metrics, snapshot),
      snapshot: (detectors) => detectors.snapshot(),
    });
    const counts = { judged: 0, anomalous: 0 };
    status.idle('waiting for samples');
    return {
      sample(sample, send) {
        const anomalous = devices.get(sample.device).judge(sample);
        devices.changed(sample.device);
        counts.judged += 1;
        if (anomalous) counts.anomalous += 1;
        send({ samples: sample });
        status.counts(counts);
      },
    };
  },
});
