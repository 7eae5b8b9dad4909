import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../../../core/clock/clock.ts';
import { openRegistry } from '../../../core/registry/registry.ts';
import { COUNT_READINGS } from '../../../core/store/layout.ts';
import { buildIfNeeded } from '../../../scripts/build.ts';
import { CONNECTIONS, devicesOf, METRICS, PAYLOAD_SCHEMA, type Login } from '../load.ts';
import { freePort, listening } from './child.ts';
import { problemsOf, startNodeRed } from './node-red.ts';
import type { RunningSystem, System } from './system.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const BACKEND_ID = '00000000000000ba';
/** Requests that a client has under way on one connection: as many as answers of one commit, and fewer than the gateway takes at once. */
const HTTP_WINDOW = 32;

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

/** Gateway → validate → detect → store; every setting not named is the node's default. */
function oursFlow(options: { port: number; protocol: 'mqtt' | 'http'; dataDirectory: string; form: 'single' | 'batch' }): object[] {
  const ports = options.protocol === 'http' ? { port: 0, httpPort: options.port } : { port: options.port };
  const place = { z: 'tab', name: '', x: 0, y: 0, version: 1 };
  return [
    { id: 'tab', type: 'tab', label: 'ours', disabled: false, info: '' },
    { id: BACKEND_ID, type: 'holdfast-backend', name: '', version: 1, directory: options.dataDirectory },
    { ...place, version: 2, id: 'gateway', type: 'holdfast-gateway', backend: BACKEND_ID, host: '127.0.0.1', ...ports, form: options.form, wires: [['validate']] },
    { ...place, id: 'validate', type: 'holdfast-validate', contract: 'bench', contractVersion: 1, schema: JSON.stringify(PAYLOAD_SCHEMA.properties.values), wires: [['detect'], []] },
    { ...place, id: 'detect', type: 'holdfast-detect', backend: BACKEND_ID, wires: [['store']] },
    { ...place, id: 'store', type: 'holdfast-store', backend: BACKEND_ID, wires: [[]] },
  ];
}

export interface OursOptions {
  form: 'single' | 'batch';
  protocol?: 'mqtt' | 'http';
  /** How many connections can log in; as many as load.ts says unless told. */
  connections?: number;
  /** Of the Node-RED process. */
  env?: Record<string, string>;
}

/** Node-RED with our nodes. */
export function ours(name: string, title: string, { form, protocol = 'mqtt', connections = CONNECTIONS, env }: OursOptions): System {
  return {
    name,
    title,
    load: protocol === 'http' ? { warmUp: 20_000, window: HTTP_WINDOW } : { warmUp: 20_000 },
    async start(directory: string): Promise<RunningSystem> {
      await buildIfNeeded();
      const dataDirectory = join(directory, 'data');
      const logins = issueLogins(dataDirectory, connections);
      const port = await freePort();
      const flow = oursFlow({ port, protocol, dataDirectory, form });
      const nodeRed = await startNodeRed({ modules: join(ROOT, 'node_modules'), nodesDir: ROOT, userDir: join(directory, 'user'), flow, ...(env && { env }) });
      try {
        await listening(port);
      } catch (error) {
        await nodeRed.stop();
        throw new Error(`The gateway does not listen. Node-RED wrote:\n${nodeRed.output.slice(-4000)}`, { cause: error });
      }
      const store = new DatabaseSync(join(dataDirectory, 'store.sqlite'), { readOnly: true, timeout: 5000 });
      const inbox = new DatabaseSync(join(dataDirectory, 'inbox.sqlite'), { readOnly: true, timeout: 5000 });
      const count = store.prepare(COUNT_READINGS);
      const waiting = inbox.prepare('SELECT EXISTS (SELECT 1 FROM batch) AS waiting');
      const quarantined = inbox.prepare('SELECT count(*) AS messages FROM quarantine');
      return {
        port,
        protocol,
        pids: [nodeRed.pid],
        logins,
        countStored: () => Number(count.get()?.['readings']) / METRICS.length,
        settled: () => waiting.get()?.['waiting'] === 0,
        problems() {
          const messages = Number(quarantined.get()?.['messages']);
          return [...(messages > 0 ? [`${messages} messages are in quarantine`] : []), ...problemsOf(nodeRed)];
        },
        async stop() {
          store.close();
          inbox.close();
          await nodeRed.stop();
        },
      };
    },
  };
}

const NODES = 'gateway, validate, detect, store';

export const oursSingle = ours('ours-single', `${NODES}: one sample a message`, { form: 'single' });
export const oursBatch = ours('ours-batch', `${NODES}: batches`, { form: 'batch' });
export const oursHttp = ours('ours-http', `${NODES}: one sample an HTTP request, batches in the flow`, { form: 'batch', protocol: 'http' });
