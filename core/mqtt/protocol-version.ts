import type { Client } from 'aedes';
import type { Clock } from '../clock/clock.ts';

/** CONNACK of MQTT 5 (section 3.2): no session, reason code 0x84 "Unsupported Protocol Version", no properties. */
const UNSUPPORTED_PROTOCOL_VERSION = Buffer.from([0x20, 0x03, 0x00, 0x84, 0x00]);
/** How long the client may take to close when it has been told, in milliseconds: closed at once, the answer could be lost. */
const LINGER = 2_000;

/** Tells a client that speaks MQTT 5 so in its own language, as MQTT 5 section 3.1.2.2 recommends, and ends the connection. */
export function refuseVersion5({ conn }: Client, clock: Clock): void {
  const timer = clock.setTimeout(() => conn.destroy(), LINGER);
  conn.once('close', () => timer.cancel());
  conn.end(UNSUPPORTED_PROTOCOL_VERSION);
}
