import type { Entry } from '../../core/forward/entry.ts';
import type { ReadingValue, Values } from '../../core/sample/sample.ts';

/** The message for what upstream refused: the sample or alarm as it was sent, with the reason in `msg.iot.refused`, as a validate node has it, and in `msg.error`. */
export function refusedMessage({ kind, device, id, ts, line }: Entry, reason: string, now: number): { topic: string; payload: object; iot: object; error: { message: string } } {
  const { values, alarm, metrics, seq } = JSON.parse(Buffer.from(line).toString()) as { values?: Values; alarm?: Record<string, ReadingValue>; metrics?: object; seq?: number };
  const refused = { reasons: [{ field: '', rule: 'upstream', message: reason }] };
  const iot = { v: 1, kind: kind === 'alarm' ? 'alarm' : 'sample', id, device, ts, received: now, tsSource: 'device', src: { via: 'flow' }, refused, ...(seq !== undefined && { seq }), ...(metrics !== undefined && { metrics }) };
  return { topic: kind === 'alarm' ? `alarms/${device}` : device, payload: values ?? alarm ?? {}, iot, error: { message: reason } };
}
