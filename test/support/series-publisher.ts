/**
 * A device in a process of its own: publishes a CSV of `timestamp,value` with a real MQTT client at QoS 1, as fast as it is
 * acknowledged, and goes on through whatever happens to the other side. Started with the environment variables URL,
 * DEVICE, SECRET, METRIC, FILE; prints a JSON line `{"acknowledged":n}` as it goes on, and ends when all is acknowledged.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import mqtt from 'mqtt';
import type { MqttClient } from 'mqtt';

const IN_FLIGHT = 100;
const REPORT_EVERY = 100;

/** The rows of a series of the Numenta Anomaly Benchmark; its times are UTC without saying so. */
export function readSeries(file: string): { ts: number; value: number }[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => {
    const [time = '', value = ''] = line.split(',');
    return { ts: Date.parse(`${time.slice(0, 19).replace(' ', 'T')}Z`), value: Number(value) };
  });
}

async function publishAll(): Promise<void> {
  const { URL: url = '', DEVICE: device = '', SECRET: secret = '', METRIC: metric = '', FILE: file = '' } = process.env;
  const rows = readSeries(file);
  const client = mqtt.connect(url, { username: device, password: secret, clientId: device, clean: false, reconnectPeriod: 50, connectTimeout: 5_000 });
  client.on('error', () => undefined);
  let next = 0;
  let acknowledged = 0;
  const work = async (): Promise<void> => {
    for (let row = rows[next++]; row; row = rows[next++]) {
      await publishUntilAcknowledged(client, `devices/${device}/telemetry`, JSON.stringify({ ts: row.ts, [metric]: row.value }));
      acknowledged += 1;
      if (acknowledged % REPORT_EVERY === 0 || acknowledged === rows.length) process.stdout.write(`${JSON.stringify({ acknowledged })}\n`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  await client.endAsync();
}

/** The client gives up on a message when its socket fails in the middle of a write: it is not acknowledged, so it is sent again. */
async function publishUntilAcknowledged(client: MqttClient, topic: string, payload: string): Promise<void> {
  for (;;) {
    try {
      await client.publishAsync(topic, payload, { qos: 1 });
      return;
    } catch {
      await wait(50);
    }
  }
}

if (import.meta.main) await publishAll();
