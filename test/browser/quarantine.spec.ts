import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import mqtt from 'mqtt';
import { chooseTab } from '../support/browser.ts';
import type { Editor } from '../support/browser.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { BACKEND, idOf, openEditorForTests } from './fixture.ts';

const BAD = ['{"temperature":300', '[{"temperature":1}', '{"temperature":}', '{"temperature":301'];
const BINARY = Buffer.from([0, 1, 2, 0xff, 0xfe, ...Buffer.from('ABCDEFGHIJKLMN')]);

describe('what waits in quarantine, in the editor', function () {
  this.timeout(120_000);
  let holdfast: Holdfast;
  let editor: Editor;
  openEditorForTests((open) => ({ holdfast, editor } = open));

  const tab = (name: string): Promise<void> => chooseTab(editor.page.locator('[role="tab"]', { hasText: name }));
  const list = (selector = '') => editor.page.locator(`#holdfast-quarantine-list ${selector}`);
  const rows = () => list('tr[data-entry]');
  const openTab = async (): Promise<void> => {
    await editor.open(BACKEND);
    await tab('Quarantine');
  };
  const waits = async (count: number): Promise<void> => {
    await editor.page.waitForFunction(`document.querySelectorAll('#holdfast-quarantine-list tr[data-entry]').length === ${count}`);
  };
  /** Sends what no gateway can read as press-`device`. */
  const send = async (device: string, payloads: ReadonlyArray<string | Buffer>): Promise<void> => {
    await editor.open(BACKEND);
    await tab('Access');
    await editor.page.locator('#holdfast-principal-id').fill(device);
    await editor.page.locator('#holdfast-principal-add-button').click();
    await editor.page.locator('#holdfast-secret', { hasText: device }).waitFor();
    const password = await editor.page.locator('#holdfast-secret-text').innerText();
    await editor.close('cancel');
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${holdfast.mqttPort}`, { username: device, password });
    for (const payload of payloads) await client.publishAsync(`devices/${device}/telemetry`, payload, { qos: 1 });
    await client.endAsync();
  };

  it('says what would come here while nothing waits', async () => {
    await openTab();
    await list('p').filter({ hasText: 'Nothing waits in quarantine. A message comes here when' }).waitFor();
    assert.equal(await list('[data-action="release"]').isVisible(), false);
    await editor.picture('quarantine-empty');
  });

  it('shows what comes, with why, and all bytes of it as text and in hexadecimal', async () => {
    await send('press-7', BAD);
    await send('press-8', [BINARY]);
    await openTab();
    await waits(5);
    assert.match(await list('').first().innerText(), /Waiting: 5 \(\d+ bytes\), the oldest since/);
    const row = rows().last();
    await row.getByText('press-7').waitFor();
    await row.getByRole('button').click();
    const detail = list('.holdfast-entry-detail');
    await detail.getByText('devices/press-7/telemetry').waitFor();
    assert.equal(await detail.locator('pre').innerText(), '{"temperature":300');
    await detail.getByRole('button', { name: 'Hex' }).click();
    assert.match(await detail.locator('pre').innerText(), /^0000 {2}7b 22 74 65 6d 70 .* {2}\{"temperature":3/);
    await editor.picture('quarantine-detail');
    await row.getByRole('button').click();
    await detail.waitFor({ state: 'detached' });
    assert.deepEqual(editor.problems, []);
  });

  it('filters by a click on a count, and shows all again by another', async () => {
    await openTab();
    const chip = list('[data-device="press-8"]');
    await chip.click();
    await waits(1);
    assert.equal(await chip.getAttribute('aria-pressed'), 'true');
    await chip.click();
    await waits(5);
    await list('[data-from="-1h"]').click();
    await waits(5);
    assert.equal(await list('[data-from="-1h"]').getAttribute('aria-pressed'), 'true');
    await list('[data-action="drop"]').click();
    await list('').getByText('Drop 5 entries of the last hour for good?').waitFor();
    await list('.holdfast-drop-no').click();
  });

  it('says what would become of them today, without moving any', async () => {
    await openTab();
    await waits(5);
    await list('[data-action="check"]').click();
    await list('').getByText('By the contracts of today, of 5 – cannot be read: 5.').waitFor();
    await list('.holdfast-outcome[data-outcome="unreadable"]').nth(4).waitFor();
    await waits(5);
    await editor.picture('quarantine-checked');
  });

  it('asks in words before it drops what is ticked, and keeps it when told to', async () => {
    await openTab();
    await rows().first().locator('input').check();
    assert.equal((await list('[data-action="drop"]').innerText()).trim(), 'Drop 1 …');
    await list('[data-action="drop"]').click();
    await list('').getByText('Drop the ticked entry for good?').waitFor();
    await editor.picture('quarantine-drop');
    await list('.holdfast-drop-no').click();
    await waits(5);
    await list('[data-action="drop"]').click();
    await list('.holdfast-drop-yes').click();
    await list('').getByText('Dropped: 1 entry.').waitFor();
    await waits(4);
  });

  it('exports what it shows as lines of JSON', async () => {
    await openTab();
    await waits(4);
    const [download] = await Promise.all([editor.page.waitForEvent('download'), list('[data-action="export"]').click()]);
    assert.equal(download.suggestedFilename(), 'quarantine.jsonl');
    const lines = readFileSync(await download.path(), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { device: string; payload: string });
    assert.deepEqual(lines.map(({ payload }) => Buffer.from(payload, 'base64').toString()), BAD);
  });

  it('releases all that it shows, and says how that ended', async () => {
    await openTab();
    await waits(4);
    await list('[data-action="release"]').click();
    await list('').getByText('The last release is complete: 4 of 4 went in again.').waitFor();
    // They still cannot be read, and so they are back.
    await waits(4);
  });

  it('can be done with the keyboard alone', async () => {
    await editor.open(BACKEND);
    await editor.page.locator('[role="tab"]', { hasText: 'Access' }).focus();
    for (let step = 0; step < 8 && (await editor.page.locator('#holdfast-pane-quarantine-tab').getAttribute('aria-selected')) !== 'true'; step += 1) await editor.page.keyboard.press('ArrowRight');
    await waits(4);
    await list('[data-action="drop"]').focus();
    await editor.page.keyboard.press('Enter');
    const keep = list('.holdfast-drop-no');
    await keep.waitFor();
    assert.ok(await keep.evaluate('document.activeElement?.classList.contains("holdfast-drop-no")'));
    await editor.page.keyboard.press('Enter');
    await waits(4);
    await rows().first().getByRole('button').focus();
    await editor.page.keyboard.press('Enter');
    await list('.holdfast-entry-detail').waitFor();
    assert.equal(await editor.page.evaluate('document.activeElement?.getAttribute("aria-expanded")'), 'true');
  });

  it('is in the dialog of the node as well, as far as its filter goes', async () => {
    await editor.open(idOf('quarantine'));
    await waits(4);
    await editor.picture('quarantine-node');
    await editor.page.locator('#node-input-device').fill('press-8');
    await editor.page.locator('#node-input-device').blur();
    await list('').getByText('Nothing in quarantine matches what is chosen above.').waitFor();
    await editor.close('done');
    assert.equal((await editor.properties(idOf('quarantine')))['device'], 'press-8');
    assert.deepEqual(editor.problems, []);
  });
});
