import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { chooseTab, openEditor } from '../support/browser.ts';
import type { Editor } from '../support/browser.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { DETECT, HOMELESS, OLDER, startFreezer } from './detect-fixture.ts';
import { openEditorForTests } from './fixture.ts';

describe('the dialog of a detect node', () => {
  let browser: Browser;
  let holdfast: Holdfast;
  let editor: Editor;
  openEditorForTests((open) => ({ browser, holdfast, editor } = open), startFreezer);

  const part = (id: string) => editor.page.locator(`#holdfast-${id}`);
  const slider = () => editor.page.locator('#node-input-sensitivity');
  const chart = () => part('stored-answer').locator('.holdfast-chart');
  const marks = () => chart().locator('.holdfast-mark').count();
  const counts = async (): Promise<number[]> => (await part('positions').locator('span').allInnerTexts()).map(Number);
  const choose = (position: number): Promise<void> => slider().fill(String(position));

  it('works as it is dropped: the last days of what comes are drawn, with the band and the episodes', async () => {
    const palette = editor.page.locator('.red-ui-palette-node[data-palette-type="holdfast-detect"]');
    await palette.dragTo(editor.page.locator('#red-ui-workspace-chart'), { targetPosition: { x: 300, y: 300 } });
    const id = await editor.page.evaluate<string>("RED.nodes.filterNodes({ type: 'holdfast-detect' }).at(-1).id");
    assert.deepEqual(await editor.faults(id), []);
    await editor.open(id);
    await chart().waitFor();
    assert.equal(await chart().locator('figcaption').innerText(), 'temperature · freezer-1 Cel');
    assert.equal(await chart().locator('.holdfast-band').count(), 1);
    assert.match(await part('stored-state').innerText(), /^2,0\d\d readings, .*; learned from 8,\d{3} before\.$/);
    assert.match(await part('learns-within').innerText(), /^A lasting change counts as usual after about 3\.5 days: 1,000 readings, at one every 5 minutes\.$/);
    await editor.picture('detect-light');
    await editor.close('cancel');
    assert.deepEqual(editor.problems, []);
  });

  it('shows for each position of the slider what it would have made, and draws those of the chosen one', async () => {
    await editor.open(DETECT);
    await chart().waitFor();
    const shown = await counts();
    assert.equal(shown.length, 9);
    assert.ok((shown[8] ?? 0) > (shown[0] ?? 0), shown.join());
    let asked = 0;
    editor.page.on('request', (request) => (asked += request.url().includes('holdfast-detect/preview') ? 1 : 0));
    for (const position of [1, 5, 9]) {
      await choose(position);
      assert.equal(await marks(), Math.min(200, shown[position - 1] ?? 0), `at ${position}`);
      assert.match((await slider().getAttribute('aria-valuetext')) ?? '', new RegExp(`^position ${position} of 9: ${shown[position - 1]} episodes?$`));
    }
    assert.equal(asked, 0, 'all positions came in one answer');
    await editor.picture('detect-sensitive-light');
    assert.match(await part('sensitivity-meaning').innerText(), /^More sensitive: 50 %/);
    await slider().press('Home');
    assert.match(await part('sensitivity-meaning').innerText(), /^Calmer: .* 2 times/);
    assert.match((await slider().getAttribute('aria-valuetext')) ?? '', /^position 1 of 9: \d+ episodes?$/);
    await part('positions').locator('div').nth(6).click();
    assert.equal(await slider().inputValue(), '7');
    await editor.close('done');
    assert.equal(Number((await editor.properties(DETECT))['sensitivity']), 7);
    assert.deepEqual(editor.problems, []);
  });

  it('tells of an episode when it was and why', async () => {
    await editor.open(DETECT);
    await choose(5);
    await part('stored-answer').locator('.holdfast-episodes li').first().waitFor();
    assert.match(await part('stored-answer').locator('.holdfast-episodes').innerText(), /\d/);
    await editor.close('cancel');
  });

  it('looks at another metric or time as soon as it is chosen, and says when there is nothing', async () => {
    await editor.open(DETECT);
    await chart().waitFor();
    await editor.page.locator('#holdfast-stored-metric').fill('voltage');
    await editor.page.locator('#holdfast-stored-metric').press('Tab');
    await chart().locator('figcaption', { hasText: 'voltage · freezer-1' }).waitFor();
    await editor.page.locator('#holdfast-stored-days').selectOption('1');
    await part('stored-state').filter({ hasText: /^28\d readings/ }).waitFor();
    await editor.page.locator('#holdfast-stored-device').fill('nobody');
    await editor.page.locator('#holdfast-stored-device').press('Tab');
    await part('stored-state').filter({ hasText: 'No numbers are stored of it.' }).waitFor();
    assert.equal(await chart().count(), 0);
    assert.equal((await counts()).join(''), '000000000', 'no counts are shown');
    await editor.close('cancel');
  });

  it('explains the slider also where no backend is chosen', async () => {
    await editor.open(HOMELESS);
    await editor.page.locator('#node-input-backend').selectOption('_ADD_');
    await part('stored-state').filter({ hasText: 'Choose a backend' }).waitFor();
    await choose(3);
    assert.match(await part('sensitivity-meaning').innerText(), /times as unusual/);
    await editor.picture('detect-no-backend');
    await editor.close('cancel');
  });

  it('shows for a node of version 1 the position nearest to its threshold, and saves it with Done', async () => {
    assert.deepEqual(await editor.faults(OLDER), []);
    await editor.open(OLDER);
    assert.equal(await slider().inputValue(), '1');
    await editor.close('done');
    const { version, sensitivity, memory, threshold } = await editor.properties(OLDER);
    assert.deepEqual([version, Number(sensitivity), Number(memory), threshold], [2, 1, 64, '']);
    assert.deepEqual(await editor.faults(OLDER), []);
  });

  it('keeps weekly windows of maintenance, and says what is wrong with one', async () => {
    await editor.open(DETECT);
    await chooseTab(part('pane-maintenance-tab'));
    await part('pane-maintenance').locator('.red-ui-editableList-addButton').click();
    const row = part('windows').locator('.holdfast-window').first();
    await row.getByLabel('From').fill('25:00');
    await part('windows-problem').filter({ hasText: 'Row 1 has the time “25:00”.' }).waitFor();
    await row.getByLabel('From').fill('06:30');
    await row.getByLabel('To').fill('07:15');
    for (const day of ['Saturday', 'Sunday']) await row.getByLabel(day).uncheck();
    await part('windows-problem').filter({ hasText: /^$/ }).waitFor({ state: 'attached' });
    await editor.picture('detect-maintenance');
    await editor.close('done');
    assert.deepEqual((await editor.properties(DETECT))['maintenance'], [{ days: [1, 2, 3, 4, 5], from: '06:30', to: '07:15' }]);
    await editor.open(DETECT);
    await chooseTab(part('pane-maintenance-tab'));
    assert.equal(await row.getByLabel('From').inputValue(), '06:30');
    await editor.close('cancel');
  });

  it('asks for the groups where devices are compared', async () => {
    await editor.open(DETECT);
    await editor.page.locator('.holdfast-form details').evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
    assert.equal(await editor.page.locator('#node-input-peerGroups').isVisible(), false);
    await editor.page.locator('#node-input-peers').selectOption('tag');
    await editor.page.locator('#holdfast-problem-peerGroups', { hasText: '“Groups” is empty. Enter the tags' }).waitFor();
    await editor.page.locator('#node-input-peerGroups').fill('cold');
    await editor.page.locator('#node-input-peerGroups').press('Tab');
    await editor.page.locator('#holdfast-problem-peerGroups').waitFor({ state: 'detached' });
    await editor.picture('detect-more');
    await editor.close('cancel');
  });

  it('is to be read in German and in the dark', async () => {
    const german = await openEditor(browser, holdfast, { language: 'de', theme: 'dark' });
    await german.open(DETECT);
    await german.page.locator('#holdfast-stored-answer .holdfast-chart').waitFor();
    await german.page.locator('#holdfast-learns-within', { hasText: 'dauert es etwa 3,5 Tage: 1.000 Messwerte' }).waitFor();
    await german.picture('detect-dark');
    await german.close('cancel');
    assert.deepEqual(german.problems, []);
    await german.end();
  });
});
