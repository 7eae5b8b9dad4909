/**
 * Flows in the real runtime of Node-RED, in this process: node-red-node-test-helper, with the nodes of this package and those
 * of the core that a flow names. `useRuntime()` in a suite starts and stops it; each test loads its own flow.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { NodeAPI, NodeInitializer } from 'node-red';
import { Backend } from '../../core/backend/backend.ts';
import type { SettleTracker } from '../../core/settle/settle-tracker.ts';
import { FlowRuntime } from '../../nodes/harness/flow-runtime.ts';
import { TEST_NODES } from './test-nodes.ts';

/** A node as it stands in a flow file. */
export interface FlowNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

/** Any message; what a test looks at in it is the test's business. */
export interface Message {
  _msgid?: string;
  topic?: string;
  payload?: unknown;
  [property: string]: unknown;
}

export interface RunningNode {
  id: string;
  type: string;
  receive(message: object): void;
  on(event: string, listener: (...event: never[]) => void): void;
}

export type DeployType = 'full' | 'flows' | 'nodes';

interface Helper {
  _redNodes: { setFlows(flow: FlowNode[], credentials: object, type: DeployType): Promise<unknown> };
  _logSpy?: { args: ReadonlyArray<readonly [{ level: number; msg: unknown; id?: string }]> };
  settings(settings: object): void;
  load(nodes: readonly unknown[], flow: FlowNode[], credentials: object): Promise<void>;
  unload(): Promise<void>;
  getNode(id: string): RunningNode | null | undefined;
  request(): { get(path: string): Request; post(path: string): Request; patch(path: string): Request; delete(path: string): Request };
  startServer(): Promise<void>;
  stopServer(): Promise<void>;
}
/** A request of supertest. */
interface Request extends PromiseLike<{ status: number; body: unknown }> {
  send(body: object): Request;
}

const require = createRequire(import.meta.url);
export const helper = require('node-red-node-test-helper') as Helper;
const { hooks, events } = require('@node-red/util') as { hooks: NodeAPI['hooks']; events: NodeAPI['events'] };

const CORE: Record<string, string> = {
  inject: 'common/20-inject', debug: 'common/21-debug', 'link in': 'common/60-link', 'link out': 'common/60-link', 'link call': 'common/60-link', junction: 'common/05-junction',
  function: 'function/10-function', switch: 'function/10-switch', change: 'function/15-change', delay: 'function/89-delay', trigger: 'function/89-trigger', template: 'function/80-template',
  split: 'sequence/17-split', join: 'sequence/17-split', batch: 'sequence/19-batch', json: 'parsers/70-JSON',
};
const OURS = ['backend', 'gateway', 'ingest', 'validate', 'quality', 'detect', 'store', 'alarm', 'simulator', 'subscriber', 'history', 'forward', 'quarantine'];
const LOG_ERROR = 20;

export interface NodeStatus {
  fill?: string;
  shape?: string;
  text?: string;
}

const statuses = new Map<string, NodeStatus[]>();
events.on('node-status', ({ id, status }: { id: string; status: NodeStatus }) => {
  statuses.set(id, [...(statuses.get(id) ?? []), status]);
});

const directories: string[] = [];

/** Starts the helper's server for a suite, and ends every flow and deletes every directory after each test. */
export function useRuntime(): void {
  before(() => helper.startServer());
  afterEach(async () => {
    await helper.unload();
    const open = [...Backend.opened()].map(({ directory }) => directory);
    statuses.clear();
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
    if (open.length > 0) throw new Error(`backends were left open: ${open.join(', ')}`);
  });
  after(() => helper.stopServer());
}

/** A new, empty directory, deleted after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-node-'));
  directories.push(directory);
  return directory;
}

/** Starts a flow with this package's nodes, the test nodes, the core nodes it names, and `more`. */
export async function load(flow: FlowNode[], more: readonly NodeInitializer[] = [], credentials: object = {}): Promise<void> {
  helper.settings({ logging: { console: { level: 'off' } } });
  await helper.load([...withHooks([...(await ourNodes()), ...more]), TEST_NODES, ...coreNodes(flow)], flow, credentials);
}

/** Deploys a changed flow into the running one. */
export async function deploy(flow: FlowNode[], type: DeployType): Promise<void> {
  const started = new Promise<void>((resolve) => events.once('flows:started', () => resolve()));
  await helper._redNodes.setFlows(flow, {}, type);
  await started;
}

/** Ends the flows, as a stop of Node-RED does. What was on disk stays there. */
export async function unload(): Promise<void> {
  await helper.unload();
  statuses.clear();
}

async function ourNodes(): Promise<NodeInitializer[]> {
  const modules = await Promise.all(OURS.map((name) => import(`../../nodes/${name}/${name}.ts`) as Promise<{ default: NodeInitializer }>));
  return modules.map(({ default: initialize }) => initialize);
}

/** The helper gives nodes no hooks; the runtime does. */
function withHooks(initializers: readonly NodeInitializer[]): NodeInitializer[] {
  return initializers.map((initialize) => (RED) => initialize(Object.assign(RED, { hooks })));
}

function coreNodes(flow: readonly FlowNode[]): unknown[] {
  const files = new Set(flow.flatMap(({ type }) => CORE[type] ?? []));
  return [...files].map((file) => require(`@node-red/nodes/core/${file}.js`) as unknown);
}

/** The running node with this id. */
export function node(id: string): RunningNode {
  const found = helper.getNode(id);
  if (!found) throw new Error(`there is no running node "${id}"`);
  return found;
}

/** Everything that reaches a node of type `helper` from now on. */
export function collect(id: string): Message[] {
  const messages: Message[] = [];
  node(id).on('input', (message: Message) => void messages.push(message));
  return messages;
}

/** The error that a catch node put on a message. */
export function sentenceOf(caught: Message | undefined): string {
  const error = caught?.['error'];
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
}

/** What stood below a node, oldest first. */
export function statusesOf(id: string): readonly NodeStatus[] {
  return statuses.get(id) ?? [];
}

/** What stands below a node. */
export function statusOf(id: string): NodeStatus {
  return statusesOf(id).at(-1) ?? {};
}

/** The errors in Node-RED's log since the flow was loaded. */
export function loggedErrors(): string[] {
  return (helper._logSpy?.args ?? []).filter(([entry]) => entry.level <= LOG_ERROR).map(([{ msg }]) => (msg instanceof Error ? msg.message : String(msg)));
}

/** Waits until something holds; the limit only bounds a broken test. */
export async function until(holds: () => boolean, what: string, limit = 10_000): Promise<void> {
  const end = performance.now() + limit;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited ${limit} ms in vain until ${what}`);
    await wait(5);
  }
}

/** Time for whatever is going to happen without cause to happen. */
export const aMoment = (milliseconds = 40): Promise<void> => wait(milliseconds);

/** The backend that the flow has open. */
export function backend(): Backend {
  const [first] = Backend.opened();
  if (!first) throw new Error('no backend is open');
  return first;
}

/** Samples that the inbox keeps for a node: in the flow, waiting to be tried again, or not delivered yet. */
export function unsettled(id: string): number {
  return backend().inbox.unsettled().get(id) ?? 0;
}

/** What follows the samples in this runtime. */
export function tracker(): SettleTracker {
  return FlowRuntime.of({ events, hooks } as NodeAPI).tracker;
}
