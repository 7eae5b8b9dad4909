import { PAYLOAD_SCHEMA } from '../load.ts';

/** By which door the samples come in: a listener of the gateway, or the subscriber behind a Mosquitto. */
export type Door = 'mqtt' | 'http' | 'coap' | 'subscriber';

export interface OursFlowOptions {
  door: Door;
  /** On which the gateway is to listen, or the Mosquitto of the subscriber listens. */
  port: number;
  dataDirectory: string;
  form: 'single' | 'batch';
}

const BACKEND_ID = '00000000000000ba';

function sourceNode({ door, port }: OursFlowOptions): object {
  if (door === 'subscriber') return { version: 1, type: 'holdfast-subscriber', url: `mqtt://127.0.0.1:${port}` };
  const ports = { mqtt: { port }, http: { port: 0, httpPort: port }, coap: { port: 0, coapPort: port } };
  return { version: 2, type: 'holdfast-gateway', host: '127.0.0.1', ...ports[door] };
}

/** Gateway or subscriber → validate → detect → store; every setting not named is the node's default. */
export function oursFlow(options: OursFlowOptions): object[] {
  const place = { z: 'tab', name: '', x: 0, y: 0, version: 1 };
  return [
    { id: 'tab', type: 'tab', label: 'ours', disabled: false, info: '' },
    { id: BACKEND_ID, type: 'holdfast-backend', name: '', version: 1, directory: options.dataDirectory },
    { ...place, ...sourceNode(options), id: 'source', backend: BACKEND_ID, form: options.form, wires: [['validate']] },
    { ...place, id: 'validate', type: 'holdfast-validate', contract: 'bench', contractVersion: 1, schema: JSON.stringify(PAYLOAD_SCHEMA.properties.values), wires: [['detect'], []] },
    { ...place, id: 'detect', type: 'holdfast-detect', backend: BACKEND_ID, wires: [['store']] },
    { ...place, id: 'store', type: 'holdfast-store', backend: BACKEND_ID, wires: [[]] },
  ];
}
