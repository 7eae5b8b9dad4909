import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { chooseTab } from '../support/browser.ts';
import type { Editor } from '../support/browser.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { BACKEND, openEditorForTests } from './fixture.ts';

const schema = (maximum: number): string => JSON.stringify({ type: 'object', properties: { temperature: { type: 'number', maximum, 'x-unit': 'Cel' } }, required: ['temperature'] });

describe('the contracts in the dialog of the backend', () => {
  let holdfast: Holdfast;
  let editor: Editor;
  openEditorForTests((open) => ({ holdfast, editor } = open));

  const tab = (pane: string): Promise<void> => chooseTab(editor.page.locator(`[role="tab"][aria-controls="holdfast-pane-${pane}"]`));
  const problem = (): Locator => editor.page.locator('#holdfast-contracts-problem');
  const contract = (): Locator => editor.page.locator('#holdfast-contracts > li').last();
  /** Puts a text into the code editor, as whoever pastes it does. */
  const write = (text: string): Promise<void> => editor.page.evaluate(`(() => { const id = [...document.querySelectorAll('.holdfast-contract-schema')].at(-1).id; const editor = window.monaco ? monaco.editor.getEditors().find((one) => one.getContainerDomNode().closest('#' + id)) : ace.edit(id); editor.setValue(${JSON.stringify(text)}); })()`);

  it('are made with a first version, and say what cannot be', async () => {
    await editor.open(BACKEND);
    await tab('contracts');
    await editor.page.locator('#holdfast-pane-contracts .red-ui-editableList-addButton').click();
    await problem().filter({ hasText: 'Contract 1 cannot be called “”. Use 1 to 64 letters' }).waitFor();
    await contract().locator('.holdfast-contract-id').fill('press telemetry');
    await problem().filter({ hasText: 'Contract 1 cannot be called “press telemetry”.' }).waitFor();
    await contract().locator('.holdfast-contract-id').fill('press-telemetry');
    await contract().locator('.holdfast-contract-title').fill('Presses');
    await write('{ "type": ');
    await problem().filter({ hasText: 'The schema of contract “press-telemetry”, version 1, cannot be read.' }).waitFor();
    await write('{ "typ": "object" }');
    await problem().filter({ hasText: '"typ" is no keyword' }).waitFor();
    await editor.picture('contracts-problem');
    await write(schema(120));
    await editor.page.locator('#holdfast-contracts-problem:empty').waitFor({ state: 'attached' });
    await contract().locator('.holdfast-changes', { hasText: 'This is the first version' }).waitFor();
    await tab('profiles');
    const profile = editor.page.locator('#holdfast-profiles > li').first();
    await profile.locator('.holdfast-profile-toggle').click();
    await profile.locator('.holdfast-profile-contract').hover();
    await profile.locator('.holdfast-profile-contract').selectOption('press-telemetry');
    await editor.close('done');
    const { contracts, profiles } = await editor.properties(BACKEND);
    assert.deepEqual(contracts, [{ id: 'press-telemetry', title: 'Presses', versions: [{ version: 1, schema: JSON.parse(schema(120)) as object }] }]);
    assert.equal((profiles as Array<{ contract?: string }>)[0]?.contract, 'press-telemetry');
    assert.deepEqual(await editor.faults(BACKEND), []);
    await editor.deploy();
  });

  it('get a new version, which shows what it would refuse that the one before takes', async () => {
    await editor.open(BACKEND);
    await tab('contracts');
    await contract().locator('.holdfast-profile-toggle').click();
    await write(schema(110));
    await problem().filter({ hasText: 'Raise the version: give the new schema the number 2' }).waitFor();
    await write(schema(120));
    await editor.page.locator('#holdfast-contracts-problem:empty').waitFor({ state: 'attached' });
    await contract().locator('.holdfast-contract-add-version').click();
    assert.equal(await contract().locator('.holdfast-contract-version option:checked').innerText(), '2 (newest)');
    const changes = contract().locator('.holdfast-changes');
    await changes.filter({ hasText: 'It takes all that version 1 takes.' }).waitFor();
    await write(schema(90));
    await changes.filter({ hasText: 'It refuses some of what version 1 takes.' }).waitFor();
    const item = changes.locator('li.holdfast-tighter');
    assert.match(await item.innerText(), /^Refuses more: temperature may now be at most 90, and not 120\.\s*For example {"temperature":[\d.]+}$/);
    await contract().locator('.holdfast-contract-note').fill('cooler');
    await changes.scrollIntoViewIfNeeded();
    await editor.picture('contracts-change');
    await editor.page.evaluate(`document.documentElement.classList.add('nr-theme-dark')`);
    await editor.page.waitForTimeout(1_000);
    await editor.picture('contracts-change-dark');
    await editor.page.evaluate(`document.documentElement.classList.remove('nr-theme-dark')`);
    await editor.close('done');
    await editor.deploy();
    const { contracts } = await editor.properties(BACKEND);
    assert.deepEqual((contracts as Array<{ versions: Array<{ version: number; note?: string }> }>)[0]?.versions.map(({ version, note }) => [version, note]), [[1, undefined], [2, 'cooler']]);
  });

  it('are pinned for one device in the list of who may connect', async () => {
    const token = await holdfast.login();
    const ask = (path: string, method: string, body?: object): Promise<Response> => holdfast.request(`/holdfast-backend/${BACKEND}/${path}`, { method, token, ...(body && { body }) });
    await ask('principals', 'POST', { id: 'press-7', kind: 'device', profile: 'press' });
    await editor.open(BACKEND);
    const pin = editor.page.locator('tr[data-principal="press-7"] .holdfast-pin select');
    assert.equal(await pin.locator('option:checked').innerText(), 'press-telemetry, newest');
    const saved = editor.page.waitForResponse((response) => response.request().method() === 'PATCH');
    await pin.selectOption('1');
    assert.equal((await saved).ok(), true);
    await editor.page.waitForFunction(`document.querySelector('tr[data-principal="press-7"] .holdfast-pin select')?.value === '1'`);
    await editor.picture('contracts-pin');
    const principals = (await (await ask('principals', 'GET')).json()) as Array<{ id: string; contractVersion?: number }>;
    assert.equal(principals.find(({ id }) => id === 'press-7')?.contractVersion, 1);
    await editor.close('cancel');
  });

  it('are taken out of the flow without being forgotten', async () => {
    await editor.open(BACKEND);
    await tab('contracts');
    await contract().locator('.red-ui-editableList-item-remove').click();
    await editor.page.locator('#holdfast-contracts > li').waitFor({ state: 'detached' });
    await editor.close('cancel');
    const { contracts } = await editor.properties(BACKEND);
    assert.equal((contracts as unknown[]).length, 1);
    // What was refused is told of by the browser's console as well.
    assert.deepEqual(editor.problems.filter((one) => !one.includes('400')), []);
  });
});
