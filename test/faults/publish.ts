/**
 * Devices in a process of their own: each sends its running numbers as fast as they are acknowledged, with a window, and goes on through
 * whatever happens to the other side. Started with the environment variable ORDER, JSON of `PublishOrder`; prints
 * a line `{"acknowledged":n}` now and then, and ends when everything is acknowledged.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Protocol } from './protocol.ts';
import { payloadOf } from './rows.ts';
import type { FaultDevice } from './rows.ts';
import { coapSender } from './senders/coap.ts';
import { httpSender } from './senders/http.ts';
import { mqttClient } from './senders/mqtt-client.ts';
import { StrictMqttSender } from './senders/mqtt-strict.ts';
import type { Sender } from './senders/sender.ts';

export interface PublishOrder {
  protocol: Protocol;
  port: number;
  devices: (FaultDevice & { secret: string })[];
  /** Messages of all devices a second, at most; 0: no limit. */
  rate: number;
}

/** Messages of one device that wait for their acknowledgement. CoAP allows one (RFC 7252, NSTART), and a few keep the test short. */
const WINDOWS: Record<Protocol, number> = { mqtt: 50, http: 8, coap: 4, subscriber: 50 };
const REPORT_INTERVAL = 20;

function senderFor({ protocol, port }: PublishOrder, { id, secret, timed }: PublishOrder['devices'][number]): Sender {
  const options = { port, device: id, secret };
  switch (protocol) {
    case 'mqtt':
      return timed ? mqttClient({ ...options, topic: `devices/${id}/telemetry` }) : new StrictMqttSender({ ...options, topic: `devices/${id}/telemetry` });
    case 'http':
      return httpSender(options);
    case 'coap':
      return coapSender(options);
    case 'subscriber':
      return mqttClient({ ...options, topic: `plant/${id}/telemetry` });
  }
}

async function publishAll(order: PublishOrder): Promise<void> {
  let acknowledged = 0;
  let begun = 0;
  const started = performance.now();
  const report = (): boolean => process.stdout.write(`${JSON.stringify({ acknowledged })}\n`);
  const timer = setInterval(report, REPORT_INTERVAL);
  const inTurn = async (): Promise<void> => {
    const due = order.rate === 0 ? 0 : started + (begun++ * 1_000) / order.rate;
    if (due > performance.now()) await sleep(due - performance.now());
  };
  await Promise.all(
    order.devices.map(async (device) => {
      const sender = senderFor(order, device);
      let next = 0;
      const work = async (): Promise<void> => {
        for (let row = next++; row < device.rows; row = next++) {
          await inTurn();
          await sender.send(row, payloadOf(device, row));
          acknowledged += 1;
        }
      };
      await Promise.all(Array.from({ length: WINDOWS[order.protocol] }, work));
      await sender.close();
    }),
  );
  clearInterval(timer);
  report();
}

await publishAll(JSON.parse(process.env['ORDER'] ?? '') as PublishOrder);
