/** Node-RED's editor in a real Chromium, as a person sees it. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import type { Browser, Locator, Page } from 'playwright-core';
import type { Holdfast } from './node-red-process.ts';
import { requireProgram } from './requirements.ts';
import { CHROMIUM } from './suites.ts';

const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
/** Loading the whole editor on a machine that is busy. */
const OPEN_LIMIT = 60_000;
/** One click, one text to appear. */
const ACTION_LIMIT = 15_000;

export type Theme = 'light' | 'dark';

export interface EditorOptions {
  language?: 'en-US' | 'de';
  theme?: Theme;
}

/** The editor in a window of its own. */
export interface Editor {
  readonly page: Page;
  /** What the page has complained of so far: errors in the console and exceptions. */
  readonly problems: string[];
  /** Opens the dialog of a node that is in the flow, or of a config node. */
  open(id: string): Promise<void>;
  /** Closes the topmost dialog with its button. */
  close(button: 'done' | 'cancel'): Promise<void>;
  /** Closes every dialog, its changes dropped. */
  closeAll(): Promise<void>;
  /** The properties of a node as the editor has them now. */
  properties(id: string): Promise<Record<string, unknown>>;
  /** Whether the editor finds a node complete, and what it says if not. */
  faults(id: string): Promise<string[]>;
  /** Deploys all flows and waits until Node-RED has them. */
  deploy(): Promise<void>;
  /** Saves a picture under `HOLDFAST_SCREENSHOTS`, where that is set. */
  picture(name: string): Promise<void>;
  end(): Promise<void>;
}

/** Starts Chromium; skips the suite where there is none. */
export async function startBrowser(context: Mocha.Context): Promise<Browser> {
  const executablePath = requireProgram(context, CHROMIUM.programs, CHROMIUM.aptPackage);
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/** Brings a pane of a dialog to the front by a click on its tab. Node-RED takes two clicks on tabs within 400 ms for a double click, and nobody is as quick as a test. */
export async function chooseTab(tab: Locator): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    await tab.click();
    if ((await tab.getAttribute('aria-selected')) === 'true') return;
    await wait(100);
  }
  throw new Error('The tab does not come to the front.');
}

/** Opens the editor of a running Holdfast and logs in. */
export async function openEditor(browser: Browser, holdfast: Holdfast, { language = 'en-US', theme = 'light' }: EditorOptions = {}): Promise<Editor> {
  const context = await browser.newContext({ locale: language, viewport: { width: 1360, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  page.setDefaultTimeout(ACTION_LIMIT);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    const { url } = message.location();
    // The editor also asks the Flow Library for its catalogue, which a test machine need not reach.
    if (message.type() === 'error' && (url === '' || url.startsWith(holdfast.url))) problems.push(`${message.text()} (${url})`);
  });
  // Where the editor keeps a person's choice of View > Theme.
  await page.addInitScript((chosen) => localStorage.setItem('view-dark-theme', chosen), theme);
  await page.goto(holdfast.url);
  await page.locator('#node-dialog-login-username').fill('admin', { timeout: OPEN_LIMIT });
  await page.locator('#node-dialog-login-password').fill(holdfast.password ?? '');
  await page.locator('#node-dialog-login-submit').click();
  await page.locator('#red-ui-palette .red-ui-palette-node').first().waitFor({ timeout: OPEN_LIMIT });
  await page.waitForFunction('RED.nodes.getType("holdfast-simulator") && !document.querySelector("#red-ui-loading-progress:not(.hide)")?.offsetParent', undefined, { timeout: OPEN_LIMIT });
  // Up to here the editor was refused once: that is how it learns that it needs a login.
  problems.length = 0;

  return {
    page,
    problems,
    async open(id) {
      await page.evaluate(`(() => { const node = RED.nodes.node(${JSON.stringify(id)}); node._def.category === 'config' ? RED.editor.editConfig('', node.type, node.id) : RED.editor.edit(node); })()`);
      await page.locator('.red-ui-tray .holdfast-form').last().waitFor();
      // The tray slides in; only then has everything its place.
      await page.waitForFunction('document.getAnimations().every((animation) => animation.playState !== "running") && $(":animated").length === 0 && (([...document.querySelectorAll(".red-ui-tray")].at(-1)).getBoundingClientRect().right <= innerWidth)');
    },
    async close(button) {
      const before = await page.locator('.red-ui-tray').count();
      const name = (await page.locator('#node-config-dialog-ok').count()) > 0 ? `#node-config-dialog-${button === 'done' ? 'ok' : 'cancel'}` : `#node-dialog-${button === 'done' ? 'ok' : 'cancel'}`;
      await page.locator(name).click();
      await page.waitForFunction(`document.querySelectorAll('.red-ui-tray').length < ${before}`);
    },
    async closeAll() {
      for (let open = await page.locator('.red-ui-tray').count(); open > 0; open -= 1) {
        await page.evaluate('RED.tray.close()');
        await page.waitForFunction(`document.querySelectorAll('.red-ui-tray').length < ${open}`);
      }
    },
    properties: (id) => page.evaluate(`(() => { const node = RED.nodes.node(${JSON.stringify(id)}); return JSON.parse(JSON.stringify(Object.fromEntries(Object.keys(node._def.defaults).map((key) => [key, node[key]])))); })()`),
    faults: (id) => page.evaluate(`(() => { const node = RED.nodes.node(${JSON.stringify(id)}); RED.editor.validateNode(node); return node.valid ? [] : (node.validationErrors ?? []).map(String); })()`),
    async deploy() {
      const answer = page.waitForResponse((response) => response.request().method() === 'POST' && new URL(response.url()).pathname === '/flows');
      await page.evaluate('RED.actions.invoke("core:deploy-flows")');
      await answer;
    },
    async picture(name) {
      const folder = process.env['HOLDFAST_SCREENSHOTS'];
      if (folder === undefined) return;
      mkdirSync(folder, { recursive: true });
      await page.screenshot({ path: path.join(folder, `${name}.png`) });
    },
    end: () => context.close(),
  };
}
