import { setTimeout as wait } from 'node:timers/promises';
import mqtt from 'mqtt';
import { RETRY_DELAY } from './sender.ts';
import type { Sender, SenderOptions } from './sender.ts';

/**
 * MQTT 3.1.1 at QoS 1 with the client library that most devices of its kind use. It gives up on a message when its socket fails in the
 * middle of a write, and what is then sent again is to the protocol a new message: so only for messages that carry their own time.
 */
export function mqttClient({ port, device, secret, topic }: SenderOptions & { topic: string }): Sender {
  const login = secret === '' ? {} : { username: device, password: secret };
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { ...login, clientId: device, clean: false, reconnectPeriod: RETRY_DELAY, connectTimeout: 5_000, keepalive: 10 });
  client.on('error', () => undefined);
  return {
    async send(_row, payload) {
      for (;;) {
        try {
          await client.publishAsync(topic, payload, { qos: 1 });
          return;
        } catch {
          await wait(RETRY_DELAY);
        }
      }
    },
    close: () => client.endAsync(true),
  };
}
