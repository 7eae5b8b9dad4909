/** Flows of the tests of settling: an ingest node `in`, what is to be tried, a gate `end`, and a collector `out`. */
import { backend, node, temporaryDirectory } from './node-helper.ts';
import type { FlowNode } from './node-helper.ts';

/** A flow in which the samples of `in` go first to the nodes named `first`. */
export function flowOf(nodes: FlowNode[], first: string[], ingestOptions: object = {}, directory = temporaryDirectory()): FlowNode[] {
  return [
    { id: 'f', type: 'tab', label: 'test' },
    { id: 'data', type: 'holdfast-backend', directory },
    ...onTab({ id: 'in', type: 'holdfast-ingest', backend: 'data', ...ingestOptions, wires: [first, [], []] }),
    ...nodes,
    ...onTab({ id: 'end', type: 'test-gate', wires: [['out']] }, { id: 'out', type: 'helper', wires: [] }),
  ];
}

/** Nodes of the tab `f`. To the runtime a node without a place on the canvas is a config node. */
export function onTab(...nodes: FlowNode[]): FlowNode[] {
  return nodes.map((one) => ({ z: 'f', x: 0, y: 0, ...one }));
}

/** Hands samples of press-1 to the ingest node: temperatures from `from` on, one minute apart. */
export function ingest(count: number, from = 1): void {
  for (let temperature = from; temperature < from + count; temperature += 1) {
    node('in').receive({ topic: 'press-1', payload: { ts: minute(temperature), values: { temperature } } });
  }
}

/** The time of the sample with this temperature. */
export const minute = (index: number): number => Date.UTC(2026, 0, 1) + index * 60_000;

/** Records of `in` that are in the flow. */
export function inFlight(): number {
  return backend().inbox.channel('in').inFlight;
}
