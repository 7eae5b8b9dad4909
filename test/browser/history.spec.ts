import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { Backend } from '../../core/backend/backend.ts';
import { systemClock } from '../../core/clock/clock.ts';
import type { Sample, Values } from '../../core/sample/sample.ts';
import { openEditor } from '../support/browser.ts';
import type { Editor } from '../support/browser.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { openEditorForTests, startFlow } from './fixture.ts';

const HISTORY = 'a000000000000001';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FLOW = [
  { id: 'f000000000000001', type: 'tab', label: 'History' },
  { id: 'b000000000000001', type: 'holdfast-backend', name: 'Data', directory: 'data', version: 1 },
  { id: HISTORY, type: 'holdfast-history', z: 'f000000000000001', name: '', version: 1, backend: 'b000000000000001', x: 300, y: 100, wires: [[]] },
];

describe('the dialog of the history node', () => {
  let browser: Browser;
  let holdfast: Holdfast;
  let editor: Editor;
  openEditorForTests((open) => ({ browser, holdfast, editor } = open), () => startFlow(FLOW, (home) => fillStore(join(home, 'data'))));

  const field = (name: string) => editor.page.locator(`#node-input-${name}`);
  const charts = () => editor.page.locator('#holdfast-preview .holdfast-chart');

  async function preview(): Promise<string> {
    const button = editor.page.locator('#holdfast-preview-button');
    await button.click();
    await button.and(editor.page.locator(':enabled')).waitFor();
    return (await editor.page.locator('#holdfast-preview').innerText()).split('\n')[0] ?? '';
  }

  it('works as it is dropped: a preview draws the last day of all devices, a panel for each metric', async () => {
    const palette = editor.page.locator('.red-ui-palette-node[data-palette-type="holdfast-history"]');
    await palette.dragTo(editor.page.locator('#red-ui-workspace-chart'), { targetPosition: { x: 300, y: 240 } });
    const id = await editor.page.evaluate<string>("RED.nodes.filterNodes({ type: 'holdfast-history' }).at(-1).id");
    assert.notEqual(id, HISTORY);
    assert.deepEqual(await editor.faults(id), []);
    await editor.open(id);
    assert.match(await preview(), /^Rows: 2,\d{3}, series: 12, .* in \d+ ms\.$/);
    assert.deepEqual((await charts().locator('figcaption').allInnerTexts()), ['pressure (mean) bar', 'running (mean)', 'temperature (mean) Cel']);
    assert.equal(await charts().last().locator('.holdfast-band').count(), 3, 'each device has its band from the lowest to the highest');
    assert.equal(runsOf(await charts().last().locator('.holdfast-line').nth(1).getAttribute('d')), 2, 'the gap of press-2 is a gap');
    assert.equal(runsOf(await charts().last().locator('.holdfast-line').first().getAttribute('d')), 1);
    await editor.picture('history-preview-light');
    await editor.page.locator('#holdfast-preview').evaluate((element) => element.scrollIntoView({ block: 'end' }));
    await editor.picture('history-preview-end-light');
    await editor.close('cancel');
    assert.deepEqual(editor.problems, []);
  });

  it('lets values be read with pointer and keys, also by a screen reader', async () => {
    await editor.open(HISTORY);
    await field('devices').fill('press-1, press-2');
    await field('metrics').fill('temperature');
    await preview();
    const svg = charts().locator('svg').first();
    await svg.focus();
    await editor.page.keyboard.press('Home');
    assert.match(await svg.getAttribute('aria-valuetext') ?? '', /; press-1: 6\d(\.\d+)? Cel \(6[\d.]+ to 6[\d.]+\); press-2: /);
    const first = await svg.getAttribute('aria-valuetext');
    await editor.page.keyboard.press('ArrowRight');
    assert.notEqual(await svg.getAttribute('aria-valuetext'), first);
    await editor.page.keyboard.press('End');
    assert.equal(await svg.getAttribute('aria-valuenow'), '199');
    const box = await svg.boundingBox();
    assert.ok(box);
    // In the middle of the day press-2 was silent.
    await editor.page.mouse.move(box.x + 48 + (box.width - 60) / 2, box.y + 60);
    assert.match(await charts().locator('.holdfast-legend').innerText(), /press-1: 6[\d.]+ Cel.*press-2: nothing/s);
    await editor.picture('history-readout');
    await editor.page.locator('#holdfast-preview summary').click();
    assert.equal(await editor.page.locator('#holdfast-preview tbody tr').count(), 400);
    assert.deepEqual(await editor.page.locator('#holdfast-preview th').allInnerTexts(), ['Time', 'Device', 'Metric', 'mean', 'lowest', 'highest']);
    await editor.close('cancel');
  });

  it('shows only what matters to the question, and draws readings as they are', async () => {
    await editor.open(HISTORY);
    await field('kind').selectOption('raw');
    assert.deepEqual(await Promise.all(['points', 'at', 'from'].map((name) => field(name).isVisible())), [false, false, false]);
    await field('devices').fill('press-3');
    await field('metrics').fill('mode');
    await editor.page.locator('#holdfast-period').selectOption('-1h');
    assert.match(await preview(), /^Rows: \d\d, series: 1,/);
    assert.equal(await charts().count(), 0, 'texts cannot be drawn');
    assert.ok((await editor.page.locator('#holdfast-preview tbody td:last-child').allInnerTexts()).every((text) => ['work', 'rest'].includes(text)));
    await editor.picture('history-texts');
    await field('kind').selectOption('latest');
    assert.equal(await editor.page.locator('#holdfast-period').isVisible(), false);
    assert.match(await preview(), /^Readings: 1, series: 1,/);
    await field('kind').selectOption('at');
    assert.equal(await field('at').isVisible(), true);
    await editor.close('cancel');
  });

  it('says what is wrong with a field, and where nothing was found', async () => {
    await editor.open(HISTORY);
    const complains = async (name: string, value: string, says: string): Promise<void> => {
      await field(name).fill(value);
      await field(name).press('Tab');
      await editor.page.locator(`#holdfast-problem-${name}`, { hasText: says }).waitFor();
    };
    await editor.page.locator('#holdfast-period').selectOption('custom');
    await complains('from', 'soon', '“From” cannot be “soon”. Enter a time such as 2026-03-01 06:00');
    assert.match(await preview(), /from is "soon", which is no time/);
    await complains('from', '+1h', '“To” is not after “From”');
    await field('from').fill('today');
    await complains('to', 'last month', '“To” is not after “From”');
    await field('to').fill('');
    await field('to').press('Tab');
    await editor.page.locator('#holdfast-problem-to').waitFor({ state: 'detached' });
    await field('grid').selectOption('every');
    await complains('every', '7 minutes', 'minutes and hours must divide a day');
    await field('every').fill('1 hour');
    await editor.page.locator('.holdfast-form details').first().evaluate((details) => details.setAttribute('open', ''));
    await complains('timeZone', 'Mars/Olympus', '“Time zone” cannot be “Mars/Olympus”');
    await field('timeZone').fill('Europe/Berlin');
    await field('limit').fill('500000');
    await field('limit').press('Tab');
    await editor.page.locator('#holdfast-problem-rowsPerMessage', { hasText: 'say how many rows each message is to have' }).waitFor();
    await editor.picture('history-faulty');
    await field('limit').fill('10000');
    const ticked = editor.page.locator('#holdfast-aggregates input:checked');
    while ((await ticked.count()) > 0) await ticked.first().uncheck();
    await editor.page.locator('#holdfast-aggregates-problem', { hasText: 'Tick at least one' }).waitFor();
    await editor.page.locator('#holdfast-aggregates input').first().check();
    await field('devices').fill('press-9');
    assert.match(await preview(), /^Nothing was found/);
    await editor.close('cancel');
  });

  it('keeps what was chosen, with CSV for an answer', async () => {
    await editor.open(HISTORY);
    await field('devices').fill('press-1');
    await editor.page.locator('#holdfast-period').selectOption('last week');
    await field('grid').selectOption('every');
    await field('every').fill('6 hours');
    await editor.page.locator('#holdfast-aggregates label', { hasText: 'median' }).locator('input').check();
    await field('output').selectOption('csv');
    assert.match(await editor.page.locator('#holdfast-output-meaning').innerText(), /safe to open in a spreadsheet/);
    await editor.page.locator('.holdfast-form details').first().evaluate((details) => details.setAttribute('open', ''));
    await editor.picture('history-csv');
    await editor.close('done');
    const { devices, from, to, grid, every, aggregates, output } = await editor.properties(HISTORY);
    assert.deepEqual({ devices, from, to, grid, every, aggregates, output }, { devices: 'press-1', from: 'last week', to: '', grid: 'every', every: '6 hours', aggregates: ['mean', 'min', 'max', 'median'], output: 'csv' });
    assert.deepEqual(await editor.faults(HISTORY), []);
    await editor.open(HISTORY);
    assert.equal(await editor.page.locator('#holdfast-period').inputValue(), 'last week');
    await editor.close('cancel');
  });

  it('offers what is known while a person types', async () => {
    await editor.open(HISTORY);
    await field('metrics').fill('');
    await field('metrics').pressSequentially('temp');
    await editor.page.locator('.red-ui-autoComplete-container', { hasText: 'temperature' }).waitFor();
    await editor.close('cancel');
  });

  it('draws in the dark theme and in German', async () => {
    const dark = await openEditor(browser, holdfast, { language: 'de', theme: 'dark' });
    await dark.open(HISTORY);
    await dark.page.locator('#holdfast-period').selectOption('-24h');
    await dark.page.locator('#node-input-grid').selectOption('points');
    await dark.page.locator('#node-input-devices').fill('');
    await dark.page.locator('#holdfast-preview-button').click();
    await dark.page.locator('#holdfast-preview .holdfast-chart').last().waitFor();
    assert.match(await dark.page.locator('#holdfast-preview').innerText(), /Zeilen: 2\.\d{3}, Reihen: 12,/);
    await dark.picture('history-preview-dark');
    await dark.page.locator('#holdfast-preview').evaluate((element) => element.scrollIntoView({ block: 'end' }));
    await dark.picture('history-preview-end-dark');
    assert.deepEqual(dark.problems, []);
    await dark.end();
  });
});

/** Lines that a path draws one by one. */
function runsOf(path: string | null): number {
  return (path ?? '').split('M').length - 1;
}

/** A day of three presses, a reading of each a minute; press-2 was silent for some hours in the middle. */
async function fillStore(directory: string): Promise<void> {
  const problems: unknown[] = [];
  const problem = (error: unknown): void => void problems.push(error);
  const backend = Backend.acquire(directory, systemClock, problem);
  const now = systemClock.now();
  const samples: Sample[] = [];
  for (let press = 1; press <= 3; press += 1) {
    for (let ts = now - 24 * HOUR - 5 * MINUTE; ts < now; ts += MINUTE) {
      if (press === 2 && Math.abs(ts - (now - 12 * HOUR)) < 2 * HOUR) continue;
      samples.push(sampleOf(`press-${press}`, Math.round(ts), valuesAt(press, ts)));
    }
  }
  await new Promise<void>((resolve, reject) => backend.store.write(samples, (error) => (error ? reject(error) : resolve())));
  backend.release(problem);
  assert.deepEqual(problems, []);
}

function sampleOf(device: string, ts: number, values: Values): Sample {
  return { id: `${device}/${ts}`, device, ts, received: ts, tsSource: 'device', src: { via: 'flow' }, values, metrics: { temperature: { unit: 'Cel', q: 1 }, pressure: { unit: 'bar', q: 1 } } };
}

function valuesAt(press: number, ts: number): Values {
  const hours = ts / HOUR;
  const ripple = Math.sin(hours * 37 + press);
  return {
    temperature: Math.round((65 + press * 0.3 + 3 * Math.sin(hours / 3 + press) + ripple) * 100) / 100,
    pressure: Math.round((158 + 12 * Math.sin(hours * 1.3 + press) + 4 * ripple) * 10) / 10,
    running: Math.sin(hours * 2 + press) > -0.3,
    mode: Math.sin(hours * 2 + press) > -0.3 ? 'work' : 'rest',
  };
}
