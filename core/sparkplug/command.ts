import { DATATYPES } from './datatype.ts';
import { commandTopic } from './topic.ts';

const REBIRTH = Buffer.from('Node Control/Rebirth');
const BOOLEAN = DATATYPES.indexOf('Boolean');

/**
 * The message with which a host application asks an edge node for its births, its own and those of its devices (Sparkplug 3.0, section
 * 6.4.23): to be published with QoS 0 and not retained. A command has no sequence number.
 *
 * @param ts when it is asked, ms since the epoch.
 */
export function rebirthCommand(group: string, edgeNode: string, ts: number): { topic: string; payload: Uint8Array } {
  const time = varint(Math.max(0, Math.floor(ts)));
  const metric = [0x0a, REBIRTH.length, ...REBIRTH, 0x18, ...time, 0x20, BOOLEAN, 0x70, 1];
  return { topic: commandTopic(group, edgeNode), payload: Uint8Array.from([0x08, ...time, 0x12, metric.length, ...metric]) };
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}
