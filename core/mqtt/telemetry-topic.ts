import type { PayloadFormat } from '../decode/format.ts';
import type { Principal } from '../registry/principal.ts';
import { classifySparkplug, maySubscribeSparkplug, SPARKPLUG } from './sparkplug-topic.ts';

/** What a publish means: readings of a device, a message for other clients, or something this principal may not do. */
export type Publish = { kind: 'telemetry'; device: string; format: PayloadFormat } | { kind: 'relay'; mayRetain: boolean } | { kind: 'forbidden'; reason: string };

/**
 * Decides by who published and on which topic.
 *
 * A device sends its readings on `devices/<its id>/telemetry`, or on any topic of its own choice outside `devices/` and
 * `alarms/`; other topics below `devices/<its id>/` (a will, a status) are relayed to subscribers, and only
 * `devices/<its id>/status` is retained, since each retained topic costs memory. A gateway sends for its children on
 * `devices/<child>/telemetry`. An application's messages are relayed, but it cannot speak as a device. Below `spBv1.0/` the
 * rules of Sparkplug B hold.
 */
export function classifyPublish(principal: Principal, topic: string, isChild: (device: string) => boolean): Publish {
  const [root, owner, channel] = topic.split('/', 3);
  if (topic.startsWith('$')) return { kind: 'forbidden', reason: `The topic ${topic} belongs to the broker.` };
  if (root === SPARKPLUG) return classifySparkplug(principal, topic, isChild);
  if (root === 'devices') {
    if (owner === undefined || owner === '') return { kind: 'forbidden', reason: 'The topic names no device. Publish on devices/<device>/telemetry.' };
    if (principal.kind === 'application') {
      return channel === 'commands' ? { kind: 'relay', mayRetain: true } : { kind: 'forbidden', reason: `${principal.id} is an application and cannot send for the device ${owner}.` };
    }
    const own = principal.kind === 'device' ? owner === principal.id : isChild(owner);
    if (!own) return { kind: 'forbidden', reason: `${principal.id} may not send for the device ${owner}. Use the credentials of that device, or list it as a child of the gateway.` };
    return channel === 'telemetry' ? { kind: 'telemetry', device: owner, format: 'auto' } : { kind: 'relay', mayRetain: topic === `devices/${owner}/status` };
  }
  if (principal.kind === 'application') return { kind: 'relay', mayRetain: true };
  if (root === 'alarms') return { kind: 'forbidden', reason: `${principal.id} is a ${principal.kind} and cannot publish alarms.` };
  if (principal.kind === 'gateway') return { kind: 'forbidden', reason: `The gateway ${principal.id} must say which device it sends for. Publish on devices/<device>/telemetry.` };
  return { kind: 'telemetry', device: principal.id, format: 'auto' };
}

/** Whether a principal may subscribe: an application to alarms and devices, a device or gateway to its own commands. */
export function maySubscribe(principal: Principal, topic: string): boolean {
  const [root, owner, channel] = topic.split('/', 3);
  if (principal.kind === 'application') return root === 'alarms' || root === 'devices' || (root !== undefined && !root.startsWith('$') && root !== '#' && root !== '+');
  if (root === SPARKPLUG) return maySubscribeSparkplug(principal, topic);
  if (root !== 'devices' || channel !== 'commands' || owner === undefined) return false;
  return principal.kind === 'device' ? owner === principal.id : principal.children.includes(owner);
}
