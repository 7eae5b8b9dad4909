import { connectAsync } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { backend } from './node-helper.ts';

const clients: MqttClient[] = [];

/** A real MQTT client of a device (or what `kind` says) that the open backend lets in. */
export async function connectDevice(port: number, id: string, issue: { kind?: 'device' | 'gateway' | 'application'; children?: string[] } = {}): Promise<MqttClient> {
  const { secret } = backend().registry.issue({ id, kind: issue.kind ?? 'device', children: issue.children ?? [] });
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: id, username: id, password: secret, reconnectPeriod: 100, clean: false });
  clients.push(client);
  return client;
}

/** Publishes readings with QoS 1; resolves when they are acknowledged. */
export async function publish(client: MqttClient, device: string, payload: object | string): Promise<void> {
  await client.publishAsync(`devices/${device}/telemetry`, typeof payload === 'string' ? payload : JSON.stringify(payload), { qos: 1 });
}

/** Ends the clients of a test. */
export async function endClients(): Promise<void> {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
}
