import type { Principal } from '../registry/principal.ts';
import { sendingRight } from '../registry/sending-rights.ts';
import type { Publish } from './telemetry-topic.ts';

/** The first level of every Sparkplug B topic (Sparkplug 3.0, section 4.1). */
export const SPARKPLUG = 'spBv1.0';

const NODE_DATA: ReadonlySet<string> = new Set(['NBIRTH', 'NDEATH', 'NDATA']);
const DEVICE_DATA: ReadonlySet<string> = new Set(['DBIRTH', 'DDEATH', 'DDATA']);
const COMMANDS: ReadonlySet<string> = new Set(['NCMD', 'DCMD']);

/**
 * What a publish on `spBv1.0/<group>/<type>/<edge node>[/<device>]` means. An edge node is a gateway or a device whose id is
 * that level of the topic; its own messages are of itself, those of a device are of a child of the gateway.
 */
export function classifySparkplug(principal: Principal, topic: string, isChild: (device: string) => boolean): Publish {
  const [, group = '', type = '', edge = '', device, ...more] = topic.split('/');
  if (principal.kind === 'application') {
    if (COMMANDS.has(type)) return { kind: 'relay', mayRetain: false };
    if (group === 'STATE') return { kind: 'relay', mayRetain: true };
    return { kind: 'forbidden', reason: `${principal.id} is an application and cannot send ${type || 'readings'} for the edge node ${edge}. It may publish NCMD, DCMD and STATE.` };
  }
  const ofNode = NODE_DATA.has(type) && device === undefined;
  const ofDevice = DEVICE_DATA.has(type) && device !== undefined && device !== '' && more.length === 0;
  if (!ofNode && !ofDevice) return { kind: 'forbidden', reason: `The topic ${topic} is no Sparkplug topic of an edge node. Publish on ${SPARKPLUG}/<group>/NDATA/${principal.id} or ${SPARKPLUG}/<group>/DDATA/${principal.id}/<device>.` };
  if (edge !== principal.id) return { kind: 'forbidden', reason: `${principal.id} may not send for the edge node ${edge}. Give the edge node the id of its principal.` };
  if (ofNode) return { kind: 'telemetry', device: principal.id, format: 'sparkplug-b' };
  if (principal.kind === 'device') return { kind: 'forbidden', reason: `${principal.id} is a device and has no devices below it. Publish its readings with NDATA, or make it a gateway.` };
  const right = sendingRight(principal, device, isChild);
  return 'forbidden' in right ? { kind: 'forbidden', reason: right.forbidden } : { kind: 'telemetry', device: right.device, format: 'sparkplug-b' };
}

/** Whether an edge node may subscribe: to the commands for itself and its devices, and to the state of host applications. */
export function maySubscribeSparkplug(principal: Principal, filter: string): boolean {
  const [, group, type, edge] = filter.split('/');
  return group === 'STATE' || (group !== '#' && type !== undefined && COMMANDS.has(type) && edge === principal.id);
}
