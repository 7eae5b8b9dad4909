import type { NodeAPI, NodeMessage } from 'node-red';
import { Backend } from '../../core/backend/backend.ts';
import { CHOSEN_FORMATS } from '../../core/decode/format.ts';
import type { PayloadFormat } from '../../core/decode/format.ts';
import type { Delivery } from '../../core/intake/delivery.ts';
import { flowDeliveries, FlowSampleError, readFlowRecord } from '../../core/intake/flow-records.ts';
import type { FlowContext } from '../../core/intake/flow-records.ts';
import { RefusedError } from '../../core/intake/refusal.ts';
import type { Profile } from '../../core/profile/profile.ts';
import { choice, number, reference, text } from '../harness/config.ts';
import { defineNode } from '../harness/define-node.ts';
import type { BackendNode } from '../harness/define-node.ts';
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
  format: choice(['', ...CHOSEN_FORMATS], ''),
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
    const { device, values, ts } = await readMessage(RED.util, node, config, message as NodeMessage);
    const told = { device, values: withBytes(values), ts, topic: '' };
    const deliveries = flowDeliveries(told, { now: Date.now(), ...reading(runningBackend(RED, config.backend), config.format, device) });
    const samples = deliveries.map(({ payload }) => readFlowRecord(payload));
    const made = samples.length === 1 ? 'a sample' : `${samples.length} samples`;
    return { summary: `This is ${made} of the device ${String(device)}.`, result: { device, samples } };
  },

  start({ RED, node, config, backend, runtime, clock, status }) {
    const counts = { kept: 0, refused: 0, quarantined: 0 };
    const source = new SampleSource({ ...config, node, backend, runtime });
    const intake = backend.intake(node.id);
    const keep = (delivery: Delivery): Promise<void> =>
      new Promise((resolve, reject) => intake.offer(delivery, (refusal) => (refusal ? reject(new RefusedError(refusal)) : resolve())));

    return {
      async message(message, send) {
        try {
          const { device, values, ts } = await readMessage(RED.util, node, config, message);
          const deliveries = flowDeliveries({ device, values, ts, topic: typeof message.topic === 'string' ? message.topic : '' }, { now: clock.now(), ...reading(backend, config.format, device) });
          await Promise.all(deliveries.map(keep));
          counts.kept += deliveries.length;
          send({ acknowledged: message });
        } catch (error) {
          // What is refused for its own sake is told on the output for it; a disk that refuses is an error of this node.
          if (error instanceof FlowSampleError) intake.refused('flow', '', error.reason);
          else if (!(error instanceof RefusedError) || error.refusal.reason === 'disk' || error.refusal.reason === 'stopping') throw error;
          counts.refused += 1;
          send({ refused: Object.assign(message, { error: { code: error.code, message: error.message, reason: error instanceof FlowSampleError ? error.reason : error.refusal.reason } }) });
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

/** How a value of the device is read. Without a format text and bytes are JSON or a plain text, as they were before there was a choice. */
function reading(backend: Backend | undefined, format: PayloadFormat | '', device: unknown): Pick<FlowContext, 'format' | 'profileOf'> {
  const profileOf = (id: string): Profile | undefined => backend?.profiles.of(backend.registry.find(id)?.profile ?? '');
  if (format === '') return { profileOf };
  return { profileOf, format: format === 'auto' ? (profileOf(String(device))?.format ?? format) : format };
}

function runningBackend(RED: NodeAPI, id: string): Backend | undefined {
  const directory = (RED.nodes.getNode(id) as BackendNode | undefined)?.directory;
  for (const backend of Backend.opened()) if (backend.directory === directory) return backend;
  return undefined;
}

/** Bytes as they were before JSON made a list of numbers of them. */
function withBytes(values: unknown): unknown {
  if (typeof values !== 'object' || values === null || !('type' in values) || values.type !== 'Buffer' || !('data' in values) || !Array.isArray(values.data)) return values;
  return Buffer.from(values.data as number[]);
}
