/**
 * Takes the pictures of the running quick-start flow, of a preview of its history, of its quarantine, and of a detect node, for the README and docs/, light and dark:
 * `npm run screenshots`. Starts Holdfast on a home of its own, gives it time to raise an alarm, and needs chromium on the PATH.
 */
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { openEditor } from '../test/support/browser.ts';
import type { Editor, Theme } from '../test/support/browser.ts';
import { startHoldfast } from '../test/support/node-red-process.ts';
import { findProgram } from '../test/support/requirements.ts';
import { CHROMIUM } from '../test/support/suites.ts';
import { takeDetect } from './screenshots/take-detect.ts';

const DOCS = join(import.meta.dirname, '..', 'docs');
const OVERHEAT = '4c0f2a91d7e30101';
const VALIDATE = '4c0f2a91d7e30202';
const BACKEND = '4c0f2a91d7e31001';
/** A press takes about half a minute to overheat; the detectors learn what is usual for as long before. */
const LEARN = 35_000;
const OVERHEATING = 35_000;
/** The editor's colours change with a transition. */
const FADE = 1_000;
const WINDOW = { width: 1460, height: 820 };
/** The dialog with its preview is longer. */
const TALL_WINDOW = { width: 1460, height: 1_480 };
const MEDIUM_WINDOW = { width: 1460, height: 1_250 };
/** The simulated devices connect again. */
const RESTART = 5_000;

const executablePath = findProgram(...CHROMIUM.programs);
if (executablePath === undefined) throw new Error(`No Chromium is on the PATH: apt-get install ${CHROMIUM.aptPackage}.`);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const holdfast = await startHoldfast();
try {
  const token = await holdfast.login();
  const editor = await openEditor(browser, holdfast);
  await editor.page.setViewportSize(WINDOW);
  await editor.page.waitForTimeout(LEARN);
  await holdfast.request(`/inject/${OVERHEAT}`, { method: 'POST', token });
  await editor.page.waitForTimeout(OVERHEATING);
  for (const theme of ['light', 'dark'] satisfies Theme[]) {
    await editor.page.evaluate(`document.documentElement.classList.toggle('nr-theme-dark', ${theme === 'dark'})`);
    await editor.page.waitForTimeout(FADE);
    await editor.page.screenshot({ path: join(DOCS, `quick-start-${theme}.png`) });
  }
  await editor.page.setViewportSize(TALL_WINDOW);
  await openPreview(editor);
  for (const theme of ['light', 'dark'] satisfies Theme[]) {
    await editor.page.evaluate(`document.documentElement.classList.toggle('nr-theme-dark', ${theme === 'dark'})`);
    await editor.page.waitForTimeout(FADE);
    await editor.page.locator('.red-ui-tray').last().screenshot({ path: join(DOCS, `history-${theme}.png`) });
  }
  await editor.closeAll();
  await openQuarantine(editor, () => holdfast.request(`/inject/${OVERHEAT}`, { method: 'POST', token }));
  for (const theme of ['light', 'dark'] satisfies Theme[]) {
    await editor.page.evaluate(`document.documentElement.classList.toggle('nr-theme-dark', ${theme === 'dark'})`);
    await editor.page.waitForTimeout(FADE);
    await editor.page.locator('.red-ui-tray').last().screenshot({ path: join(DOCS, `quarantine-${theme}.png`) });
  }
  await editor.end();
  await takeDetect(browser, DOCS);
} finally {
  await browser.close();
  await holdfast.remove();
}

/** Drops a history node on the canvas and asks for the temperatures of the last two minutes. */
async function openPreview({ page, open }: Editor): Promise<void> {
  await page.locator('.red-ui-palette-node[data-palette-type="holdfast-history"]').dragTo(page.locator('#red-ui-workspace-chart'), { targetPosition: { x: 300, y: 700 } });
  await open(await page.evaluate<string>("RED.nodes.filterNodes({ type: 'holdfast-history' }).at(-1).id"));
  await page.locator('#node-input-metrics').fill('temperature, pressure');
  await page.locator('#holdfast-period').selectOption('custom');
  await page.locator('#node-input-from').fill('-2 minutes');
  await page.locator('#node-input-points').fill('60');
  await page.locator('#holdfast-preview-button').click();
  await page.locator('#holdfast-preview .holdfast-chart').last().waitFor();
  const chart = page.locator('#holdfast-preview .holdfast-chart svg').first();
  await chart.hover({ position: { x: 360, y: 60 } });
}

/** Lets the flow check against a contract that an overheated press breaks, and opens what waits then. */
async function openQuarantine({ page, open, deploy }: Editor, overheat: () => Promise<unknown>): Promise<void> {
  const contracts = [{ id: 'press', versions: [{ version: 1, schema: { type: 'object', properties: { temperature: { type: 'number', maximum: 90 } } } }] }];
  await page.setViewportSize(MEDIUM_WINDOW);
  await page.evaluate(`(() => {
    Object.assign(RED.nodes.node('${BACKEND}'), { contracts: ${JSON.stringify(contracts)}, changed: true });
    Object.assign(RED.nodes.node('${VALIDATE}'), { version: 2, backend: '${BACKEND}', source: 'contract', contractId: 'press', versionChoice: 'newest', outcome: 'quarantine', changed: true });
    RED.nodes.dirty(true);
  })()`);
  await deploy();
  await page.waitForTimeout(RESTART);
  await overheat();
  await page.waitForTimeout(OVERHEATING);
  await open(BACKEND);
  await page.locator('[role="tab"]', { hasText: 'Quarantine' }).click();
  const entry = page.locator('#holdfast-quarantine-list tr[data-entry]').first();
  await entry.getByRole('button').click();
  await page.locator('#holdfast-quarantine-list .holdfast-entry-detail').scrollIntoViewIfNeeded();
}
