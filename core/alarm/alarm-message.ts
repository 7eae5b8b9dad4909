import type { AlarmTransition } from './alarm-state.ts';

/** The envelope of an alarm message, in `msg.iot`. */
export interface AlarmHeader {
  v: 1;
  kind: 'alarm';
  /** Survives redelivery and differs between raise and clear: effects act once per id. `payload.id` names the occurrence. */
  id: string;
  device: string;
  /** Event time of the change, ms since the epoch. */
  ts: number;
  /** Backfill: never pages and never actuates. */
  historical?: boolean;
  src: { via: 'flow' };
}

export interface AlarmMessage {
  /** `alarms/<device>`, safe to publish to: what MQTT gives a meaning is percent-encoded in the device's id. */
  topic: string;
  payload: AlarmTransition;
  iot: AlarmHeader;
}

/** The message for a transition; made anew at each call, so that no two messages share an object. */
export function alarmMessage(transition: AlarmTransition): AlarmMessage {
  const { id, device, state, ts, historical } = transition;
  return {
    topic: `alarms/${topicLevel(device)}`,
    payload: { ...transition },
    iot: { v: 1, kind: 'alarm', id: `${id}/${state}`, device, ts, ...(historical === true ? { historical } : {}), src: { via: 'flow' } },
  };
}

/** A device id as one level of an MQTT topic: levels, wildcards and control characters (MQTT 3.1.1, 1.5.3 and 4.7) are encoded. */
function topicLevel(device: string): string {
  return device.toWellFormed().replace(/[%+#/\p{Cc}]/gu, (character) => encodeURIComponent(character));
}
