import type { NodeMessage } from 'node-red';
import { decodeValue } from '../../core/decode/index.ts';
import type { Delivery } from '../../core/intake/delivery.ts';
import { flowDeliveries, FlowSampleError } from '../../core/intake/flow-records.ts';
import { RefusedError } from '../../core/intake/refusal.ts';
import type { Profile } from '../../core/profile/profile.ts';
import { choice, number, reference, text } from '../harness/config.ts';
import { defineNode } from '../harness/define-node.ts';
import { SampleSource } from '../harness/sample-source.ts';
import { readMessage } from './read-message.ts';

const OUTPUTS = ['samples', 'acknowledged', 'refused'] as const;

const properties = {
  backend: reference(),
  device: text({ default: 'topic', required: 'The node does not know which device a message is from. Choose a property such as msg.topic, or enter an id.' }),
  deviceType: choice(['msg', 'flow', 'global', 'str', 'env', 'jsonata'], 'msg'),
  values: text({ default: 'payload', required: 'The node does not know where the values are. Choose a property such as msg.payload.' }),
  valuesType: choice(['msg', 'flow', 'global', 'json', 'jsonata'], 'msg'),
  ts: text({ default: '' }),
  tsType: choice(['none', 'msg', 'flow', 'global', 'jsonata'], 'none'),
  form: choice(['single', 'batch'], 'single'),
  batchSize: number({ default: 500, minimum: 1, maximum: 10_000, integer: true }),
  window: number({ default: 1_000, minimum: 1, maximum: 100_000, integer: true }),
  settleTimeout: number({ default: 300, minimum: 0, maximum: 86_400 }),
};

/** The door for every other node: makes a durable sample of any message. */
export default defineNode('holdfast-ingest', {
  config: { version: 1, properties },
  outputs: OUTPUTS,

  async tryIt(config, message, RED, node) {
    const told = await readMessage(RED.util, node, config, message as NodeMessage);
    const result = decodeValue(told.values, Date.now());
    return { summary: `This is a sample of the device ${String(told.device)}.`, result: { device: told.device, ts: told.ts, samples: result } };
  },

  start({ RED, node, config, backend, runtime, clock, status }) {
    const counts = { kept: 0, refused: 0, quarantined: 0 };
    const source = new SampleSource({ ...config, node, backend, runtime });
    const intake = backend.intake(node.id);
    const profileOf = (device: string): Profile | undefined => backend.profiles.of(backend.registry.find(device)?.profile ?? '');
    const keep = (delivery: Delivery): Promise<void> =>
      new Promise((resolve, reject) => intake.offer(delivery, (refusal) => (refusal ? reject(new RefusedError(refusal)) : resolve())));

    return {
      async message(message, send) {
        try {
          const { device, values, ts } = await readMessage(RED.util, node, config, message);
          const deliveries = flowDeliveries({ device, values, ts, topic: typeof message.topic === 'string' ? message.topic : '' }, { now: clock.now(), profileOf });
          await Promise.all(deliveries.map(keep));
          counts.kept += deliveries.length;
          send({ acknowledged: message });
        } catch (error) {
          // What is refused for its own sake is told on the output for it; a disk that refuses is an error of this node.
          if (error instanceof FlowSampleError) intake.refused('flow', '', error.reason);
          else if (!(error instanceof RefusedError) || error.refusal.reason === 'disk' || error.refusal.reason === 'stopping') throw error;
          counts.refused += 1;
          send({ refused: Object.assign(message, { error: { code: error.code, message: error.message } }) });
        }
        counts.quarantined = source.quarantined;
        status.counts(counts);
      },
      close() {
        intake.close();
        source.close();
      },
    };
  },
});
