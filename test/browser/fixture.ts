/** A flow with every node, a Node-RED that runs it and an editor that shows it: what the specs of the editor open. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { openEditor, startBrowser } from '../support/browser.ts';
import type { Editor } from '../support/browser.ts';
import { makeHome, startHoldfast } from '../support/node-red-process.ts';
import type { Holdfast } from '../support/node-red-process.ts';

export const NODES = ['gateway', 'ingest', 'validate', 'detect', 'store', 'alarm', 'simulator', 'subscriber', 'history', 'forward', 'quarantine', 'quality'] as const;
export const BACKEND = 'b0000000000000b1';

/** The id of the node of that kind in the flow. */
export const idOf = (node: (typeof NODES)[number]): string => `a0000000000000${String(NODES.indexOf(node)).padStart(2, '0')}`;
export const INJECT = 'a0000000000000f0';

/** As people make them; one of a `wild` device puts it into quarantine at its second message. */
const PROFILES = [
  { name: 'press', format: 'json', maximumAge: 2 * 86_400_000, metrics: { temperature: { type: 'number', unit: 'Cel', quality: { gross_range_test: { failSpan: [-40, 130] } } }, running: {} }, quality: { gap_test: { failThreshold: 300 } } },
  { name: 'wild', format: 'auto', maximumAge: 0, metrics: {}, limits: { messagesPerSecond: 0.001, bytesPerSecond: 0, burst: 0.1, over: 'quarantine' } },
];

const PAYLOAD = '{"temperature":95.5,"pressure":160,"running":true}';

export interface OpenEditor {
  readonly browser: Browser;
  readonly holdfast: Holdfast;
  readonly editor: Editor;
}

/**
 * Starts Chromium, Node-RED and the editor before the tests of the `describe` that it is called in and hands them over,
 * closes the dialogs that a test leaves open, and ends all three after the last.
 */
export function openEditorForTests(handOver: (open: OpenEditor) => void, start: () => Promise<Holdfast> = startFlow): void {
  let browser: Browser | undefined;
  let holdfast: Holdfast | undefined;
  let editor: Editor | undefined;

  before('start Chromium and Node-RED', async function () {
    browser = await startBrowser(this);
    holdfast = await start();
    editor = await openEditor(browser, holdfast);
    handOver({ browser, holdfast, editor });
  });
  afterEach('leave no dialog open', () => editor?.closeAll());
  after('stop both', async () => {
    await editor?.end();
    await browser?.close();
    await holdfast?.remove();
  });
}

/**
 * Starts Node-RED, built from the sources of now by the suite, on a flow of its own: every node, or those given. `prepare`
 * fills its user directory first.
 */
export async function startFlow(nodes: readonly object[] = everyNode(), prepare?: (home: string) => Promise<void>): Promise<Holdfast> {
  const home = makeHome();
  try {
    writeFileSync(join(home, 'flows.json'), JSON.stringify(nodes));
    await prepare?.(home);
    return withRemoval(await startHoldfast({ home, plain: true }), home);
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
}

/** Sends the message of the inject node, as a click on its button does. */
export async function inject(holdfast: Holdfast): Promise<void> {
  const answer = await holdfast.request(`/inject/${INJECT}`, { method: 'POST', token: await holdfast.login(), body: {} });
  if (!answer.ok) throw new Error(`inject answered ${answer.status}`);
}

function withRemoval(holdfast: Holdfast, home: string): Holdfast {
  return { ...holdfast, async remove() {
    await holdfast.remove();
    rmSync(home, { recursive: true, force: true });
  } };
}

function everyNode(): object[] {
  const on = (node: (typeof NODES)[number], x: number, y: number, wires: string[][], properties: object = {}): object =>
    ({ id: idOf(node), type: `holdfast-${node}`, z: 'f000000000000001', name: '', version: 1, x, y, wires, ...(node === 'validate' ? {} : { backend: BACKEND }), ...properties });
  return [
    { id: 'f000000000000001', type: 'tab', label: 'Editor test' },
    { id: BACKEND, type: 'holdfast-backend', name: 'Test data', directory: 'data', version: 1, profiles: PROFILES },
    { id: INJECT, type: 'inject', z: 'f000000000000001', name: 'One sample', props: [{ p: 'payload' }, { p: 'topic', vt: 'str' }], topic: 'press-1', payload: PAYLOAD, payloadType: 'json', repeat: '', once: false, x: 130, y: 80, wires: [[idOf('ingest')]] },
    on('ingest', 310, 80, [[idOf('validate')], [], []]),
    on('gateway', 130, 180, [[idOf('validate')]], { port: '${HOLDFAST_MQTT_PORT}' }),
    on('validate', 490, 80, [[idOf('detect'), idOf('alarm')], []]),
    on('detect', 670, 80, [[idOf('store')]]),
    on('store', 830, 80, [[]]),
    on('history', 490, 380, [[]]),
    on('forward', 830, 240, [[]], { upstream: 'mqtt', url: 'mqtt://127.0.0.1:1' }),
    on('quarantine', 670, 380, [[], []]),
    on('quality', 490, 460, [[], []], { outputs: 2 }),
    on('alarm', 670, 160, [[]], { alarm: 'Overheating' }),
    on('subscriber', 130, 320, [[idOf('store')]], { url: 'mqtt://127.0.0.1:1' }),
    on('simulator', 130, 260, [[]], { url: 'mqtt://127.0.0.1:1', fleet: [{ kind: 'press', count: 1 }] }),
  ];
}
