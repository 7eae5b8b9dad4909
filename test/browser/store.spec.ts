import assert from 'node:assert/strict';
import type { Editor } from '../support/browser.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { idOf, inject, openEditorForTests } from './fixture.ts';

const PARTS = ['#node-input-band', '.red-ui-editableList-addButton', '#node-input-longestSilence', '#node-input-interval', '#node-input-keep'];

describe('the dialog of the store', () => {
  let holdfast: Holdfast;
  let editor: Editor;
  openEditorForTests((open) => ({ holdfast, editor } = open));
  beforeEach('open it', () => editor.open(idOf('store')));

  const choose = (mode: string): Promise<string[]> => editor.page.locator('#node-input-mode').selectOption(mode);
  const visible = async (): Promise<string[]> => {
    const shown: string[] = [];
    for (const part of PARTS) if (await editor.page.locator(part).isVisible()) shown.push(part);
    return shown;
  };

  it('shows only what matters for what is to be stored', async () => {
    assert.deepEqual(await visible(), []);
    await choose('change');
    assert.deepEqual(await visible(), PARTS.slice(0, 3));
    await editor.picture('store-change');
    await choose('interval');
    assert.deepEqual(await visible(), PARTS.slice(3));
    await editor.picture('store-interval');
  });

  it('says what is wrong with a band, and which row of the metrics it is', async () => {
    await choose('change');
    await editor.page.locator('#node-input-band').fill('-1');
    await editor.page.locator('#node-input-band').press('Tab');
    await editor.page.locator('#holdfast-problem-band', { hasText: '-1' }).waitFor();
    await editor.page.locator('.red-ui-editableList-addButton').click();
    const problem = editor.page.locator('#holdfast-bands-problem');
    assert.match(await problem.innerText(), /Row 1 .* has no metric/);
    await editor.page.locator('.holdfast-band-metric').fill('temperature');
    await editor.page.locator('.holdfast-band-width').fill('much');
    assert.match(await problem.innerText(), /row 1 .*much/);
    await editor.page.locator('.holdfast-band-width').fill('0.5');
    assert.equal(await problem.innerText(), '');
    await choose('every');
    await editor.close('done');
    assert.deepEqual(await editor.faults(idOf('store')), []);
  });

  it('keeps what was entered, and shows it again', async () => {
    await choose('change');
    await editor.page.locator('#node-input-band').fill('2');
    await editor.page.locator('#node-input-bandKind').selectOption('percent');
    if ((await editor.page.locator('.holdfast-band-metric').count()) === 0) await editor.page.locator('.red-ui-editableList-addButton').click();
    await editor.page.locator('.holdfast-band-metric').fill('pressure');
    await editor.page.locator('.holdfast-band-width').fill('0.1');
    await editor.close('done');
    const { mode, band, bandKind, bands } = await editor.properties(idOf('store'));
    assert.deepEqual([mode, Number(band), bandKind, bands], ['change', 2, 'percent', [{ metric: 'pressure', band: 0.1, bandKind: 'absolute' }]]);
    await editor.open(idOf('store'));
    assert.equal(await editor.page.locator('.holdfast-band-metric').inputValue(), 'pressure');
    await editor.picture('store-bands');
  });

  it('tries settings that are not saved yet on the last message', async () => {
    await inject(holdfast);
    await choose('interval');
    const answer = editor.page.locator('.holdfast-try-answer');
    await editor.page.locator('.holdfast-try-button').click();
    await answer.locator('.holdfast-summary', { hasText: 'held until the interval is over' }).waitFor();
    assert.match(await answer.innerText(), /the last reading will be stored/);
    assert.deepEqual(editor.problems, []);
  });
});
