import assert from 'node:assert/strict';
import type { Editor } from '../support/browser.ts';
import { idOf, openEditorForTests } from './fixture.ts';

describe('the dialog of the simulator', () => {
  let editor: Editor;
  openEditorForTests((open) => ({ editor } = open));

  it('refuses a past of more samples than can be sent, and keeps one that fits', async () => {
    await editor.open(idOf('simulator'));
    await editor.page.locator('.holdfast-more summary').click();
    const past = editor.page.locator('#node-input-pastDays');
    const problem = editor.page.locator('#holdfast-problem-pastDays');
    await past.fill('30');
    await past.blur();
    await problem.filter({ hasText: 'The past would be 2,592,000 samples of all devices, and 1,000,000 is the most.' }).waitFor();
    await past.fill('61');
    await past.blur();
    await problem.filter({ hasText: '“Begins with a past of” cannot be' }).waitFor();
    await past.fill('0.5');
    await past.blur();
    await editor.picture('simulator-past');
    await editor.close('done');
    assert.equal(Number((await editor.properties(idOf('simulator')))['pastDays']), 0.5);
    assert.deepEqual(await editor.faults(idOf('simulator')), []);
  });
});
