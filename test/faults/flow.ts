import type { Protocol } from './protocol.ts';

/** The ids that the harness asks for. */
export const BACKEND_ID = 'fa17000000000001';

export interface FlowPorts {
  mqtt: number;
  http: number;
  coap: number;
  /** Where the subscriber finds its broker. */
  broker: number;
}

/** What runs while it is killed: the door of the protocol, validate, store. */
export function faultFlow(protocol: Protocol, directory: string, ports: FlowPorts): object[] {
  const place = { z: 'fa17000000000000', name: '', x: 0, y: 0, version: 1 };
  const door = 'fa17000000000002';
  const wires = [['fa17000000000003']];
  return [
    { id: 'fa17000000000000', type: 'tab', label: 'Faults', disabled: false, info: '' },
    { id: BACKEND_ID, type: 'holdfast-backend', name: '', version: 1, directory },
    ...(protocol === 'subscriber'
      ? [{ ...place, id: door, type: 'holdfast-subscriber', backend: BACKEND_ID, url: `mqtt://127.0.0.1:${ports.broker}`, template: 'plant/{device}/telemetry', wires }]
      : [
          {
            ...place, id: door, type: 'holdfast-gateway', backend: BACKEND_ID, host: '127.0.0.1', port: ports.mqtt, wires,
            httpPort: protocol === 'http' ? ports.http : 0, coapPort: protocol === 'coap' ? ports.coap : 0,
          },
        ]),
    { ...place, id: 'fa17000000000003', type: 'holdfast-validate', contract: 'faults', contractVersion: 1, schema: JSON.stringify({ type: 'object', required: ['number'], properties: { number: { type: 'integer' } } }), wires: [['fa17000000000004'], []] },
    { ...place, id: 'fa17000000000004', type: 'holdfast-store', backend: BACKEND_ID, wires: [[]] },
  ];
}
