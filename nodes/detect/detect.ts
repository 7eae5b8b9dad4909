import { DetectionEngine } from '../../core/anomaly/device/detection-engine.ts';
import { DeviceDetectors } from '../../core/anomaly/device/device-detectors.ts';
import { PeerGroups } from '../../core/anomaly/peers/peer-groups.ts';
import { ConfigError } from '../../core/errors/holdfast-error.ts';
import { defineNode } from '../harness/define-node.ts';
import { readCommand } from './command.ts';
import type { Command } from './command.ts';
import { CONFIG, groupsOf, settingsOf } from './config.ts';
import { addDetectRoutes } from './detect-routes.ts';
import { episodeMessage } from './episode-message.ts';
import { RunningEpisodes } from './running-episodes.ts';
import { tryDetect, tryWith } from './try-detect.ts';

/** One streaming detector per device and metric; the sample carries what they found, and episodes are told of as they begin and end. */
export default defineNode('holdfast-detect', {
  config: CONFIG,
  outputs: ['samples', 'episodes'],
  routes: addDetectRoutes,
  tryIt: tryDetect,

  start({ backend, clock, config, node, problem, states, status }) {
    const groups = groupsOf(config);
    const peers = groups.length === 0 ? undefined : new PeerGroups({ groups, devicesOf: (group) => backend.registry.devicesOf(group), clock, sensitivity: config.sensitivity });
    const devices = states<DeviceDetectors>({
      restore: (snapshot) => new DeviceDetectors(snapshot),
      snapshot: (detectors) => detectors.snapshot(),
      left: (detectors) => engine.left(detectors),
    });
    const engine = new DetectionEngine({ settings: settingsOf(config), states: devices, clock, problem, ...(peers && { peers }) });
    tryWith(node, (device) => devices.peek(device).snapshot());

    const running = new RunningEpisodes();
    const counts = { judged: 0, anomalous: 0, running: 0, answered: 0, full: 0, lite: 0 };
    const show = (): void => {
      const { full, lite } = engine.summary();
      status.counts(Object.assign(counts, { running: running.count, full, lite }));
    };
    const run = async (command: Command): Promise<void> => {
      if ('maintenance' in command) {
        await engine.maintain(command.maintenance);
        return;
      }
      const { taken, sentence } = await engine.answer(command.answer);
      if (!taken) throw new ConfigError('episode', sentence);
      counts.answered += 1;
      show();
    };
    status.idle('waiting for samples');
    return {
      command(message) {
        const command = readCommand(message);
        return command ? run(command) : false;
      },
      sample(sample, send) {
        const { anomalous, began, ended } = engine.judge(sample);
        counts.judged += 1;
        if (anomalous) counts.anomalous += 1;
        send({ samples: sample });
        for (const event of [...ended, ...began]) {
          running.note(event);
          send({ episodes: episodeMessage(event) });
        }
        show();
      },
      close: () => engine.close(),
    };
  },
});
