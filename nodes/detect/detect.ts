import { DetectionEngine } from '../../core/anomaly/device/detection-engine.ts';
import { DeviceDetectors } from '../../core/anomaly/device/device-detectors.ts';
import { readMetrics } from '../../core/anomaly/device/device-plan.ts';
import { defineNode } from '../harness/define-node.ts';
import { CONFIG } from './config.ts';
import { addDetectRoutes } from './detect-routes.ts';
import { episodeMessage } from './episode-message.ts';
import { tryDetect } from './try-detect.ts';

const MEBIBYTE = 1024 * 1024;

/** One streaming detector per device and metric; the sample carries what they found, and episodes are told of as they begin and end. */
export default defineNode('holdfast-detect', {
  config: CONFIG,
  outputs: ['samples', 'episodes'],
  routes: addDetectRoutes,
  tryIt: tryDetect,

  start({ clock, config, problem, states, status }) {
    const { sensitivity, minimumQuality, metrics, memory } = config;
    const engine = new DetectionEngine({
      settings: { sensitivity, minimumQuality, metrics: readMetrics(metrics), memory: memory * MEBIBYTE }, clock, problem,
      states: states({ restore: (snapshot) => new DeviceDetectors(snapshot), snapshot: (detectors) => detectors.snapshot() }),
    });
    const counts = { judged: 0, anomalous: 0, full: 0, lite: 0 };
    status.idle('waiting for samples');
    return {
      sample(sample, send) {
        const { anomalous, began, ended } = engine.judge(sample);
        counts.judged += 1;
        if (anomalous) counts.anomalous += 1;
        const { full, lite } = engine.summary();
        counts.full = full;
        counts.lite = lite;
        send({ samples: sample });
        for (const event of ended) send({ episodes: episodeMessage(event) });
        for (const event of began) send({ episodes: episodeMessage(event) });
        status.counts(counts);
      },
      close: () => engine.close(),
    };
  },
});
