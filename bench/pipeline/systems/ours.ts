import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../../../core/clock/clock.ts';
import { openRegistry } from '../../../core/registry/registry.ts';
import { COUNT_READINGS } from '../../../core/store/embedded/layout.ts';
import { buildIfNeeded } from '../../../scripts/build.ts';
import { CONNECTIONS, devicesOf, METRICS, type Login } from '../load.ts';
import { freePort, freeUdpPort, listening, type Child } from './child.ts';
import { AHEAD, droppedBy, startMosquitto } from './mosquitto.ts';
import { problemsOf, startNodeRed } from './node-red.ts';
import { oursFlow, type Door } from './ours-flow.ts';
import type { Load, RunningSystem, System } from './system.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/**
 * Over HTTP a client has as many requests under way on one connection as answers come from one commit, and fewer than the gateway takes at once. Over
 * CoAP it has few: what the receive buffer of the socket cannot hold is lost, and comes two seconds later. Mosquitto acknowledges by itself.
 */
const LOADS: Readonly<Record<Door, Load>> = {
  mqtt: { warmUp: 20_000 },
  http: { warmUp: 20_000, window: 32 },
  coap: { warmUp: 20_000, window: 6 },
  subscriber: { warmUp: 20_000, ahead: AHEAD },
};

/** Lets in one gateway a connection, each with its devices as children, before Node-RED opens the data directory. */
function issueLogins(dataDirectory: string, connections: number): Login[] {
  const registry = openRegistry(dataDirectory, systemClock);
  try {
    return Array.from({ length: connections }, (_, connection) => {
      const username = `gateway-${connection}`;
      return { username, password: registry.issue({ id: username, kind: 'gateway', children: devicesOf(connection) }).secret };
    });
  } finally {
    registry.close();
  }
}

export interface OursOptions {
  form: 'single' | 'batch';
  /** Default `mqtt`. */
  door?: Door;
  /** How many connections can log in; as many as load.ts says unless told. */
  connections?: number;
  /** Of the Node-RED process. */
  env?: Record<string, string>;
}

/** Node-RED with our nodes, behind a Mosquitto where they subscribe to one. */
export function ours(name: string, title: string, { form, door = 'mqtt', connections = CONNECTIONS, env }: OursOptions): System {
  return {
    name,
    title,
    load: LOADS[door],
    async start(directory: string): Promise<RunningSystem> {
      await buildIfNeeded();
      const dataDirectory = join(directory, 'data');
      const broker = door === 'subscriber' ? await startMosquitto(directory) : undefined;
      try {
        const logins = broker ? [] : issueLogins(dataDirectory, connections);
        const port = broker?.port ?? (await (door === 'coap' ? freeUdpPort() : freePort()));
        const flow = oursFlow({ door, port, dataDirectory, form });
        const nodeRed = await startNodeRed({ modules: join(ROOT, 'node_modules'), nodesDir: ROOT, userDir: join(directory, 'user'), flow, ...(env && { env }) });
        await untilReady(door, port, nodeRed);
        const { settled, ...files } = openFiles(dataDirectory);
        return {
          port,
          protocol: door === 'subscriber' ? 'mqtt' : door,
          pids: [nodeRed.pid, ...(broker ? [broker.child.pid] : [])],
          logins,
          countStored: files.countStored,
          // Mosquitto may have acknowledged what the inbox has never seen.
          ...(broker ? {} : { settled }),
          problems: () => [...files.problems(), ...(broker ? droppedBy(broker.child) : []), ...problemsOf(nodeRed)],
          async stop() {
            files.close();
            await nodeRed.stop();
            await broker?.child.stop();
          },
        };
      } catch (error) {
        await broker?.child.stop();
        throw error;
      }
    },
  };
}

/** A port of UDP does not tell whether anybody listens: the publisher of CoAP finds out by itself. */
async function untilReady(door: Door, port: number, nodeRed: Child): Promise<void> {
  try {
    if (door === 'subscriber') await nodeRed.waitFor(/Connected to mqtt:/);
    else if (door !== 'coap') await listening(port);
  } catch (error) {
    await nodeRed.stop();
    throw new Error(`No messages can be sent to the flow. Node-RED wrote:\n${nodeRed.output.slice(-4000)}`, { cause: error });
  }
}

/** What the store and the inbox say of themselves, read from their files. */
function openFiles(dataDirectory: string): Pick<RunningSystem, 'countStored' | 'problems'> & { settled(): boolean; close(): void } {
  const store = new DatabaseSync(join(dataDirectory, 'store.sqlite'), { readOnly: true, timeout: 5000 });
  const inbox = new DatabaseSync(join(dataDirectory, 'inbox.sqlite'), { readOnly: true, timeout: 5000 });
  const count = store.prepare(COUNT_READINGS);
  const waiting = inbox.prepare('SELECT EXISTS (SELECT 1 FROM batch) AS waiting');
  const quarantined = inbox.prepare('SELECT count(*) AS messages FROM quarantine');
  return {
    countStored: () => Number(count.get()?.['readings']) / METRICS.length,
    settled: () => waiting.get()?.['waiting'] === 0,
    problems() {
      const messages = Number(quarantined.get()?.['messages']);
      return messages > 0 ? [`${messages} messages are in quarantine`] : [];
    },
    close() {
      store.close();
      inbox.close();
    },
  };
}

const NODES = 'validate, detect, store';

export const oursSingle = ours('ours-single', `gateway, ${NODES}: one sample a message`, { form: 'single' });
export const oursBatch = ours('ours-batch', `gateway, ${NODES}: batches`, { form: 'batch' });
export const oursHttp = ours('ours-http', `gateway, ${NODES}: one sample an HTTP request, batches in the flow`, { form: 'batch', door: 'http' });
export const oursCoap = ours('ours-coap', `gateway, ${NODES}: one sample a signed CoAP request, batches in the flow`, { form: 'batch', door: 'coap' });
export const oursSubscriber = ours('ours-subscriber', `Mosquitto, subscriber, ${NODES}: batches`, { form: 'batch', door: 'subscriber' });
