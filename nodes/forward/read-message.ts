import type { AlarmMessage } from '../../core/alarm/alarm-message.ts';
import { entryOfAlarm, entryOfSample } from '../../core/forward/entry.ts';
import type { Entry } from '../../core/forward/entry.ts';
import { MessageError, samplesOf } from '../../core/sample/message.ts';

/**
 * What is to be forwarded of a message: its samples, or its alarm.
 *
 * @throws MessageError for any other message.
 */
export function entriesOfMessage(message: unknown): Entry[] {
  if (isObject(message) && isObject(message['iot']) && message['iot']['kind'] === 'alarm') return [entryOfAlarm(alarmOf(message))];
  return samplesOf(message).samples.map(entryOfSample);
}

function alarmOf(message: Record<string, unknown>): AlarmMessage {
  const { iot, payload } = message;
  const header = isObject(iot) ? iot : {};
  const isWhole = isText(header['id']) && isText(header['device']) && Number.isFinite(header['ts']) && isObject(payload);
  if (!isWhole) throw new MessageError('The alarm has lost its msg.iot.id, msg.iot.device, msg.iot.ts or its payload; a node on the way may have changed it.');
  return message as unknown as AlarmMessage;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
