import { BACKEND_ID } from '../flow.ts';

export const FORWARD_ID = 'fa17000000000005';

const PLACE = { z: 'fa17000000000000', name: '', x: 0, y: 0, version: 1 };
const TAB = { id: 'fa17000000000000', type: 'tab', label: 'Faults', disabled: false, info: '' };
const DOOR = 'fa17000000000002';
const LINES = 'fa17000000000007';
const FILE = 'fa17000000000008';

export interface EdgeFlow {
  directory: string;
  mqttPort: number;
  /** Of the centre, as the edge sees it. */
  url: string;
  order: string;
  secret: string;
  /** A line for each sample that comes out of the gateway is added to it. */
  arrivals: string;
}

/** Where the devices send to: its gateway, and what it sends on. */
export function edgeFlow({ directory, mqttPort, url, order, secret, arrivals }: EdgeFlow): object[] {
  return [
    TAB,
    { id: BACKEND_ID, type: 'holdfast-backend', name: '', version: 1, directory },
    { ...PLACE, id: DOOR, type: 'holdfast-gateway', backend: BACKEND_ID, host: '127.0.0.1', port: mqttPort, wires: [[FORWARD_ID, LINES]] },
    ...listOf(arrivals),
    {
      ...PLACE, id: FORWARD_ID, type: 'holdfast-forward', backend: BACKEND_ID, upstream: 'holdfast', url, order, timeout: 5, batchWait: 20, batchSize: 200, liveFor: 2,
      credentials: { username: 'edge', password: secret }, wires: [[]],
    },
  ];
}

export interface CentreFlow {
  directory: string;
  httpPort: number;
  mqttPort: number;
  /** A line for each sample that comes out of the gateway is added to it. */
  arrivals: string;
}

/** Where it is sent on to: its gateway, its store, and a list of what has arrived. */
export function centreFlow({ directory, httpPort, mqttPort, arrivals }: CentreFlow): object[] {
  const store = 'fa17000000000006';
  return [
    TAB,
    { id: BACKEND_ID, type: 'holdfast-backend', name: '', version: 1, directory },
    { ...PLACE, id: DOOR, type: 'holdfast-gateway', backend: BACKEND_ID, host: '127.0.0.1', port: mqttPort, httpPort, wires: [[store]] },
    { ...PLACE, id: store, type: 'holdfast-store', backend: BACKEND_ID, wires: [[LINES]] },
    ...listOf(arrivals),
  ];
}

/** Notes each sample in a file: device, time of reception, number, and whether it is historical. */
function listOf(filename: string): object[] {
  const func = 'return { ...msg, payload: JSON.stringify([msg.iot.device, msg.iot.received, msg.payload.number, msg.iot.historical === true]) };';
  return [
    { ...PLACE, id: LINES, type: 'function', outputs: 1, timeout: 0, noerr: 0, initialize: '', finalize: '', libs: [], func, wires: [[FILE]] },
    { ...PLACE, id: FILE, type: 'file', filename, filenameType: 'str', appendNewline: true, createDir: false, overwriteFile: 'false', encoding: 'none', wires: [[]] },
  ];
}
