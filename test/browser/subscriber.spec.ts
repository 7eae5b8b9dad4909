import assert from 'node:assert/strict';
import type { Editor } from '../support/browser.ts';
import { idOf, openEditorForTests } from './fixture.ts';

describe('the dialog of the subscriber', () => {
  let editor: Editor;
  openEditorForTests((open) => ({ editor } = open));
  beforeEach('open it', () => editor.open(idOf('subscriber')));

  const meaning = (): Promise<string> => editor.page.locator('#holdfast-template-meaning').innerText();

  it('says of which device a topic is, while the template is being entered', async () => {
    assert.equal(await meaning(), 'This is of the device press-7.');
    await editor.page.locator('#node-input-template').fill('plant/{line}/{device}/#');
    assert.equal(await editor.page.locator('#holdfast-sample-topic').inputValue(), 'plant/line/press-7/more');
    assert.equal(await editor.page.locator('#holdfast-template-filters').innerText(), 'The broker is asked for plant/+/+/#.');
    await editor.page.locator('#holdfast-sample-topic').fill('plant/line-2/oven 3/t');
    assert.equal(await meaning(), '“oven 3” cannot be the id of a device.');
    await editor.page.locator('#holdfast-sample-topic').fill('office/line-2/oven-3/t');
    assert.equal(await meaning(), 'This topic does not fit the template.');
    await editor.page.locator('#holdfast-sample-topic').fill('plant/line-2/oven-3/t');
    assert.equal(await meaning(), 'This is of the device oven-3.');
  });

  it('takes over the topics and the format of Sparkplug B with one click', async () => {
    await editor.page.locator('#holdfast-sparkplug').click();
    assert.equal(await meaning(), 'This is of the device pump-4.');
    await editor.close('done');
    const { template, format } = await editor.properties(idOf('subscriber'));
    assert.deepEqual([template, format], ['spBv1.0/{group}/{type}/{gateway}/{device}', 'sparkplug-b']);
  });

  it('asks for certificates only where the connection is encrypted, and for a password nowhere in the address', async () => {
    const tls = editor.page.locator('.holdfast-tls');
    const url = editor.page.locator('#node-input-url');
    assert.equal(await tls.isVisible(), false);
    await url.fill('mqtts://broker.example');
    assert.equal(await tls.isVisible(), true);
    await url.fill('mqtt://me:secret@broker.example');
    await url.press('Tab');
    await editor.page.locator('#holdfast-problem-url', { hasText: 'Enter them in the fields below.' }).waitFor();
    assert.equal(await tls.isVisible(), false);
  });

  for (const [template, says] of [['plant/+/t', 'does not say where the device is'], ['{device}/{device}', 'names the device twice'], ['a/#/{device}', 'Put it at the end'], ['a/x{device}', '“x{device}” has more than the device in it'], ['{device}/a+', '“a+” cannot be read']] as const) {
    it(`says what is wrong with the template ${template}`, async () => {
      const input = editor.page.locator('#node-input-template');
      await input.fill(template);
      await input.press('Tab');
      await editor.page.locator('#holdfast-problem-template', { hasText: says }).waitFor();
      assert.equal(await editor.page.locator('#holdfast-sample-topic').isVisible(), false);
    });
  }
});
