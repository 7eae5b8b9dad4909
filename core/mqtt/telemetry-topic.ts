import type { PayloadFormat } from '../decode/format.ts';
import type { Principal } from '../registry/principal.ts';
import { sendingRight } from '../registry/sending-rights.ts';
import { classifySparkplug, maySubscribeSparkplug, SPARKPLUG } from './sparkplug-topic.ts';

/** Where another Holdfast sends the samples that it forwards. */
export const FORWARD_TOPIC = 'forward';

/** What a publish means: readings of a device, forwarded samples of several, a message for other clients, or something this principal may not do. */
export type Publish = { kind: 'telemetry'; device: string; format: PayloadFormat } | { kind: 'forward' } | { kind: 'relay'; mayRetain: boolean } | { kind: 'forbidden'; reason: string };

/**
 * Decides by who published and on which topic.
 *
 * A device sends its readings on `devices/<its id>/telemetry`, or on any topic of its own choice outside `devices/` and
 * `alarms/`; other topics below `devices/<its id>/` (a will, a status) are relayed to subscribers, and only
 * `devices/<its id>/status` is retained, since each retained topic costs memory. A gateway sends for its children on
 * `devices/<child>/telemetry`. An application's messages are relayed, but it cannot speak as a device. Below `spBv1.0/` the
 * rules of Sparkplug B hold. On `forward` another Holdfast, a gateway, sends samples of its children.
 */
export function classifyPublish(principal: Principal, topic: string, isChild: (device: string) => boolean): Publish {
  const [root, owner, channel] = topic.split('/', 3);
  if (topic.startsWith('$')) return { kind: 'forbidden', reason: `The topic ${topic} belongs to the broker.` };
  if (root === SPARKPLUG) return classifySparkplug(principal, topic, isChild);
  if (root === 'devices') {
    if (owner === undefined || owner === '') return { kind: 'forbidden', reason: 'The topic names no device. Publish on devices/<device>/telemetry.' };
    if (principal.kind === 'application' && channel === 'commands') return { kind: 'relay', mayRetain: true };
    const right = sendingRight(principal, owner, isChild);
    if ('forbidden' in right) return { kind: 'forbidden', reason: right.forbidden };
    return channel === 'telemetry' ? { kind: 'telemetry', device: owner, format: 'auto' } : { kind: 'relay', mayRetain: topic === `devices/${owner}/status` };
  }
  if (principal.kind === 'application') return { kind: 'relay', mayRetain: true };
  if (topic === FORWARD_TOPIC && principal.kind === 'gateway') return { kind: 'forward' };
  if (root === 'alarms') return { kind: 'forbidden', reason: `${principal.id} is a ${principal.kind} and cannot publish alarms.` };
  const right = sendingRight(principal, undefined, isChild);
  return 'forbidden' in right ? { kind: 'forbidden', reason: right.forbidden } : { kind: 'telemetry', device: right.device, format: 'auto' };
}

/** Whether a principal may subscribe: an application to alarms and devices, a device or gateway to its own commands. */
export function maySubscribe(principal: Principal, topic: string): boolean {
  const [root, owner, channel] = topic.split('/', 3);
  if (principal.kind === 'application') return root === 'alarms' || root === 'devices' || (root !== undefined && !root.startsWith('$') && root !== '#' && root !== '+');
  if (root === SPARKPLUG) return maySubscribeSparkplug(principal, topic);
  if (root !== 'devices' || channel !== 'commands' || owner === undefined) return false;
  return principal.kind === 'device' ? owner === principal.id : principal.children.includes(owner);
}
