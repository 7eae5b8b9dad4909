import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { chooseTab } from '../support/browser.ts';
import type { Editor } from '../support/browser.ts';
import { until as eventually } from '../support/mosquitto.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { BACKEND, inject, openEditorForTests } from './fixture.ts';

describe('the dialog of the backend', () => {
  let holdfast: Holdfast;
  let editor: Editor;
  openEditorForTests((open) => ({ holdfast, editor } = open));

  it('makes profiles, and says what the server would refuse', async () => {
    await editor.open(BACKEND);
    const tab = (name: string) => editor.page.locator('[role="tab"]', { hasText: name });
    await tab('Access').focus();
    await editor.page.keyboard.press('ArrowRight');
    const problem = editor.page.locator('#holdfast-profiles-problem');
    await editor.page.locator('#holdfast-pane-profiles .red-ui-editableList-addButton').click();
    const row = editor.page.locator('#holdfast-profiles > li').last();
    await problem.filter({ hasText: 'Profile 3 needs a name' }).waitFor();
    await row.locator('.holdfast-profile-name').fill('wild');
    await problem.filter({ hasText: 'Profile 3 is called “wild”, as another is.' }).waitFor();
    await row.locator('.holdfast-profile-name').fill('van');
    await row.locator('.holdfast-profile-format').selectOption('cbor');
    await row.locator('.holdfast-profile-age').fill('soon');
    await problem.filter({ hasText: 'Profile “van”: the oldest reading is no number' }).waitFor();
    await row.locator('.holdfast-profile-age').fill('1.5');
    for (const metric of ['speed', 'speed']) {
      await row.locator('button', { hasText: 'Metric' }).click();
      await row.locator('.holdfast-metric-name').last().fill(metric);
    }
    await problem.filter({ hasText: 'Profile 3 names the metric “speed” twice.' }).waitFor();
    await row.locator('.holdfast-metric-name').last().fill('constructor');
    await problem.filter({ hasText: 'Profile “van” has a metric whose name cannot be used.' }).waitFor();
    await row.locator('button[aria-label="Remove this metric"]').last().click();
    await row.locator('.holdfast-metric-unit').fill('km/h');
    await row.locator('.holdfast-metrics select[aria-label="Type"]').selectOption('number');
    await row.locator('.holdfast-profile-own').check();
    await row.locator('.holdfast-profile-burst').fill('0');
    await problem.filter({ hasText: 'Profile “van”: what may come at once cannot be that.' }).waitFor();
    await editor.picture('backend-profiles');
    await row.locator('.holdfast-profile-burst').fill('20');
    await row.locator('button[aria-label="How long this metric is kept"]').click();
    const ofMetric = row.locator('.holdfast-metric-kept');
    await ofMetric.locator('[data-kept="readings"]').selectOption('days');
    await ofMetric.locator('[data-days-of="readings"]').fill('0');
    await problem.filter({ hasText: 'Profile “van”: readings or rollups cannot be kept that long.' }).waitFor();
    await ofMetric.locator('[data-days-of="readings"]').fill('7');
    await row.locator('.holdfast-profile-body > .holdfast-retention [data-kept="hour"]').selectOption('ever');
    await editor.picture('backend-profile-retention');
    await editor.page.locator('#holdfast-profiles-problem:empty').waitFor({ state: 'attached' });
    await editor.close('done');
    const { profiles } = await editor.properties(BACKEND);
    assert.deepEqual((profiles as unknown[])[2], { name: 'van', format: 'cbor', maximumAge: 5_400_000, metrics: { speed: { type: 'number', unit: 'km/h', retention: { readings: 7 } } }, limits: { messagesPerSecond: 10, bytesPerSecond: 0, burst: 20, over: 'refuse' }, retention: { hour: null } });
    assert.deepEqual((profiles as unknown[])[0], { name: 'press', format: 'json', maximumAge: 172_800_000, metrics: { temperature: { type: 'number', unit: 'Cel', quality: { gross_range_test: { failSpan: [-40, 130] } } }, running: {} }, quality: { gap_test: { failThreshold: 300 } } }, 'quality tests are kept');
    assert.deepEqual(await editor.faults(BACKEND), []);
    assert.deepEqual(editor.problems, []);
  });

  it('lets a person choose where readings are kept and for how long, and says what is missing', async () => {
    await editor.open(BACKEND);
    await chooseTab(editor.page.locator('[role="tab"][aria-controls="holdfast-pane-store"]'));
    const meaning = editor.page.locator('#holdfast-retention-meaning');
    assert.equal(await meaning.innerText(), 'Every reading is kept for ever.');
    await editor.page.locator('#holdfast-health', { hasText: 'Readings in this directory can be written and asked.' }).waitFor();
    await editor.page.locator('#holdfast-retention [data-kept="readings"]').selectOption('days');
    await editor.page.locator('#holdfast-retention [data-days-of="readings"]').fill('0');
    assert.match(await meaning.innerText(), /^Readings cannot be kept for 0 days/);
    await editor.page.locator('#holdfast-retention [data-days-of="readings"]').fill('30');
    assert.equal(await meaning.innerText(), 'After 30 days a reading is gone for good, and no rollup is left of it.');
    await editor.page.locator('#holdfast-retention [data-kept="hour"]').selectOption('days');
    assert.equal(await meaning.innerText(), 'A reading goes after 30 days; what it adds to the rollups stays.');
    assert.equal(await editor.page.locator('#node-config-input-postgresHost').isVisible(), false);
    await editor.page.locator('#node-config-input-storage').selectOption('postgresql');
    await editor.page.locator('#holdfast-problem-postgresHost', { hasText: '“Host” is empty. Enter a value.' }).waitFor();
    await editor.picture('backend-store-postgres');
    await editor.page.locator('#node-config-input-storage').selectOption('embedded');
    await editor.page.locator('#holdfast-problem-postgresHost').waitFor({ state: 'detached' });
    await editor.picture('backend-store-days');
    await editor.close('done');
    const { retention, storage } = await editor.properties(BACKEND);
    assert.deepEqual([retention, storage], [{ readings: 30, minute: 0, hour: 730, day: 0 }, 'embedded']);
    assert.deepEqual(await editor.faults(BACKEND), []);
  });

  it('makes a backup at once, and lists it', async () => {
    await editor.open(BACKEND);
    await chooseTab(editor.page.locator('[role="tab"][aria-controls="holdfast-pane-store"]'));
    const section = editor.page.locator('#holdfast-backups');
    await section.getByText('There is none yet.').waitFor();
    const [name, button] = [section.getByLabel('Name'), section.getByRole('button', { name: 'Back up now' })];
    const today = await name.inputValue();
    assert.match(today, /^\d{4}-\d\d-\d\d$/);
    await name.fill('../elsewhere');
    await button.click();
    await section.getByRole('alert').filter({ hasText: 'A backup cannot be called “../elsewhere”.' }).waitFor();
    await name.fill('before-update');
    await name.press('Enter');
    await section.getByRole('status').filter({ hasText: /^The last one, before-update, is complete: [\d.,]+ [KM]iB\.$/ }).waitFor();
    await section.locator('tr[data-backup="before-update"]').waitFor();
    assert.equal(await section.getByRole('alert').innerText(), '');
    assert.deepEqual(readdirSync(join(holdfast.home, 'backups', 'data', 'before-update')).includes('store.sqlite'), true);
    assert.equal(await name.inputValue(), today);
    await button.click();
    await section.locator(`tr[data-backup="${today}"]`).waitFor();
    await name.fill('before-update');
    await button.click();
    await section.getByRole('alert').filter({ hasText: 'There is a backup before-update already' }).waitFor();
    await button.scrollIntoViewIfNeeded();
    await editor.picture('backend-backups');
    await editor.close('cancel');
    // What was refused is told of by the browser's console as well.
    assert.equal(editor.problems.splice(0).filter((problem) => !problem.includes('400')).length, 0);
  });

  it('deletes readings for good once a person has agreed to what it says', async () => {
    const stored = async (): Promise<string[]> => {
      const answer = await holdfast.request(`/holdfast-backend/${BACKEND}/history?devices=press-1&from=-1h&format=json`, { token: await holdfast.login() });
      const { rows } = (await answer.json()) as { rows: Array<{ metric: string }> };
      return rows.map(({ metric }) => metric).toSorted();
    };
    await inject(holdfast);
    await eventually(async () => (await stored()).length === 3, 'three readings are stored');
    await editor.open(BACKEND);
    await chooseTab(editor.page.locator('[role="tab"][aria-controls="holdfast-pane-store"]'));
    const section = editor.page.locator('#holdfast-deletion');
    const field = (label: string): Locator => section.getByLabel(label, { exact: true });
    const [device, metric, from, until] = [field('Device'), field('Metric'), field('From'), field('Until')];
    const [button, question, alert, status] = [section.getByRole('button', { name: 'Delete for good' }), section.getByRole('group'), section.getByRole('alert'), section.getByRole('status')];

    await button.click();
    await alert.filter({ hasText: 'No device is given.' }).waitFor();
    await device.fill('press-1');
    await from.pressSequentially('0101');
    await button.click();
    await alert.filter({ hasText: '“From” is no whole time.' }).waitFor();
    assert.equal(await question.isVisible(), false, 'a time that is half typed is not taken for all times');
    await from.fill('2026-03-02T00:00:00');
    await until.fill('2026-03-01T00:00:00');
    await button.click();
    await alert.filter({ hasText: /Mar 1, 2026.* is not after .*Mar 2, 2026/ }).waitFor();

    await until.fill('');
    await metric.fill('pressure');
    await button.click();
    await question.getByText(/^Delete all readings of pressure of press-1, from Mar 2, 2026.* on\?/).waitFor();
    await metric.fill('temperature');
    assert.equal(await question.isVisible(), false, 'the question is not asked of something else');
    await from.fill('');
    await button.dblclick();
    await question.getByText('Delete all readings of temperature of press-1, of all times?').waitFor();
    await question.scrollIntoViewIfNeeded();
    await editor.picture('backend-deletion');
    await question.getByRole('button', { name: 'No, keep them' }).click();
    await button.press('Enter');
    await question.waitFor();
    await editor.page.keyboard.press('Enter');
    await question.waitFor({ state: 'hidden' });
    assert.equal((await stored()).length, 3, 'neither a double click nor Enter pressed twice agrees');

    await button.click();
    await question.getByRole('button', { name: 'Yes, delete all readings of temperature of press-1' }).click();
    await status.filter({ hasText: 'One reading of press-1 is deleted. Backups made before still hold it.' }).waitFor();
    assert.deepEqual(await stored(), ['pressure', 'running']);
    await metric.fill('');
    await button.click();
    await question.getByRole('button', { name: 'Yes, delete all readings of press-1' }).click();
    await status.filter({ hasText: '2 readings of press-1 are deleted.' }).waitFor();
    assert.deepEqual(await stored(), []);
    await editor.page.route('**/readings?*', (route) => route.fulfill({ status: 400, json: { error: 'It is said why.' } }), { times: 1 });
    await button.click();
    await question.getByRole('button', { name: 'Yes' }).click();
    await alert.filter({ hasText: 'It is said why.' }).waitFor();
    assert.equal(await button.isEnabled(), true);
    await editor.close('cancel');
    assert.equal(editor.problems.splice(0).filter((problem) => !problem.includes('400')).length, 0);
  });

  it('shows at once what is wrong with profiles that came with a flow', async () => {
    await editor.page.evaluate(`RED.nodes.node('${BACKEND}').profiles[1].format = 'protobuf'`);
    assert.match((await editor.faults(BACKEND)).join(), /format, is "protobuf"\. Choose one of/);
    await editor.open(BACKEND);
    await editor.page.locator('#holdfast-profiles-problem', { hasText: 'protobuf' }).waitFor({ state: 'visible' });
    await editor.close('cancel');
    await editor.page.evaluate(`RED.nodes.node('${BACKEND}').profiles[1].format = 'auto'`);
  });
});
