/** Node-RED's own admin API with a login, and whatever routes a test adds, on a free port of this machine. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { setTimeout as setNodeTimeout } from 'node:timers';
import type { NodeAPI } from 'node-red';

interface EditorApi {
  init(settings: object, server: Server, storage: object, runtime: object): void;
  readonly httpAdmin: NodeAPI['httpAdmin'];
  readonly auth: NodeAPI['auth'];
}

const require = createRequire(import.meta.url);
const editorApi = require('@node-red/editor-api') as EditorApi;

export interface AdminApi {
  readonly url: string;
  /** The token of a user whose password is its name. */
  login(user: string): Promise<string>;
  close(): Promise<void>;
}

/**
 * @param permissions of each user, as in Node-RED's `adminAuth`.
 * @param addRoutes gets what a node gets as `RED`, as far as routes need it.
 */
export async function startAdminApi(permissions: Readonly<Record<string, string>>, nodes: ReadonlyMap<string, object>, addRoutes: (RED: NodeAPI) => void): Promise<AdminApi> {
  const server = createServer((request, response) => editorApi.httpAdmin(request, response));
  const find = (username: string): Promise<object | null> => Promise.resolve(Object.hasOwn(permissions, username) ? { username, permissions: permissions[username] } : null);
  const settings = { disableEditor: true, adminAuth: { type: 'credentials', users: find, authenticate: (username: string, password: string) => (username === password ? find(username) : Promise.resolve(null)) } };
  const storage = { getSessions: () => Promise.resolve({}), saveSessions: () => Promise.resolve() };
  editorApi.init(settings, server, storage, {});
  addRoutes({ httpAdmin: editorApi.httpAdmin, auth: editorApi.auth, nodes: { getNode: (id: string) => nodes.get(id) ?? null } } as unknown as NodeAPI);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    async login(user) {
      const body = JSON.stringify({ client_id: 'node-red-admin', grant_type: 'password', scope: permissions[user], username: user, password: user });
      const letGo = holdNoLongTimers();
      const answer = await fetch(`${url}/auth/token`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }).finally(letGo);
      return ((await answer.json()) as { access_token: string }).access_token;
    },
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

const A_DAY = 86_400_000;

/** Until what it returns is called: timers of more than a day, as Node-RED has one for its sessions, do not keep the tests from ending. */
function holdNoLongTimers(): () => void {
  const { setTimeout: usual } = globalThis;
  const shadow = (callback: () => void, milliseconds?: number): NodeJS.Timeout => {
    const timer = setNodeTimeout(callback, milliseconds);
    return milliseconds !== undefined && milliseconds > A_DAY ? timer.unref() : timer;
  };
  globalThis.setTimeout = shadow as typeof globalThis.setTimeout;
  return () => void (globalThis.setTimeout = usual);
}
