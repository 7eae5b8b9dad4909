/** Samples as a gateway would send them, one minute apart, for tests of the nodes behind it. */
import { toBatchMessage, toMessage } from '../../core/sample/message.ts';
import type { Sample, Values } from '../../core/sample/sample.ts';
import { minute } from './ingest-flow.ts';
import { node } from './node-helper.ts';
import type { FlowNode, Message } from './node-helper.ts';

export function sampleOf(device: string, index: number, values: Values): Sample {
  return { id: `${device}/t${minute(index)}-x`, device, ts: minute(index), received: minute(index) + 50, tsSource: 'device', src: { via: 'mqtt', principal: device }, values };
}

/** Samples of one device with these temperatures, in this order. */
export function temperatures(device: string, ...values: number[]): Sample[] {
  return values.map((temperature, index) => sampleOf(device, index, { temperature }));
}

export function sendSingly(id: string, samples: readonly Sample[], more: object = {}): void {
  for (const sample of structuredClone(samples)) node(id).receive({ ...toMessage(sample), ...structuredClone(more) });
}

export function sendBatch(id: string, samples: readonly Sample[], more: object = {}): void {
  node(id).receive({ ...toBatchMessage(structuredClone([...samples])), ...structuredClone(more) });
}

/** The samples in messages of either form, as one list. */
export function samplesIn(messages: readonly Message[]): Sample[] {
  return messages.flatMap(({ payload, iot }) => {
    if (Array.isArray(payload)) return payload as Sample[];
    const { v: _version, kind: _kind, ...header } = iot as { v: 1; kind: 'sample' } & Omit<Sample, 'values'>;
    return [{ ...header, values: payload as Values }];
  });
}

/** A flow of one node `n` with a collector `out0`, `out1`, ... at each of its outputs, and a backend `data`. */
export function flowOfOne(properties: Omit<FlowNode, 'id'> & { type: string }, outputs: number, directory: string): FlowNode[] {
  const names = Array.from({ length: outputs }, (_, index) => `out${index}`);
  const place = { z: 'f', x: 0, y: 0 };
  return [
    { id: 'f', type: 'tab', label: 'test' },
    { id: 'data', type: 'holdfast-backend', directory },
    { id: 'n', ...place, backend: 'data', ...properties, wires: names.map((name) => [name]) },
    ...names.map((id) => ({ id, type: 'helper', ...place, wires: [] })),
    { id: 'caught', type: 'helper', ...place, wires: [] },
    { id: 'catch', type: 'catch', scope: ['n'], ...place, wires: [['caught']] },
    { id: 'completed', type: 'helper', ...place, wires: [] },
    { id: 'complete', type: 'complete', scope: ['n'], ...place, wires: [['completed']] },
  ];
}
