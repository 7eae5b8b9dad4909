import assert from 'node:assert/strict';
import type { Editor } from '../support/browser.ts';
import { idOf, openEditorForTests } from './fixture.ts';

describe('the dialog of the forward node', () => {
  let editor: Editor;
  openEditorForTests((open) => ({ editor } = open));
  beforeEach('open it', () => editor.open(idOf('forward')));

  const shown = async (...properties: string[]): Promise<string[]> => {
    const visible: string[] = [];
    for (const property of properties) if (await editor.page.locator(`#node-input-${property}`).isVisible()) visible.push(property);
    return visible;
  };
  const choose = (property: string, value: string): Promise<string[]> => editor.page.locator(`#node-input-${property}`).selectOption(value);

  it('asks what the chosen upstream needs, and nothing else', async () => {
    for (const details of await editor.page.locator('.holdfast-more summary').all()) await details.click();
    const asked = ['topic', 'alarmTopic', 'payload', 'form', 'coding', 'protocolVersion', 'clientId'] as const;
    await choose('upstream', 'mqtt');
    assert.deepEqual(await shown(...asked), ['topic', 'alarmTopic', 'payload', 'protocolVersion', 'clientId']);
    await choose('upstream', 'http');
    assert.deepEqual(await shown(...asked), ['form', 'coding']);
    await choose('upstream', 'holdfast');
    assert.deepEqual(await shown(...asked), ['coding', 'clientId']);
    await editor.page.locator('#node-input-url').fill('https://central.example:8443');
    assert.deepEqual(await shown(...asked), ['coding']);
    assert.deepEqual(await shown('keepEvery'), []);
    await choose('full', 'thin');
    assert.deepEqual(await shown('keepEvery'), ['keepEvery']);
  });

  it('says whose id and secret are wanted, and asks for certificates only where the connection is encrypted', async () => {
    const hint = editor.page.locator('.holdfast-login:visible');
    await choose('upstream', 'holdfast');
    assert.match(await hint.innerText(), /^Id and secret of a gateway that stands in the backend of the other Holdfast/);
    await choose('upstream', 'http');
    assert.match(await hint.innerText(), /a token alone/);
    const tls = editor.page.locator('.holdfast-tls');
    await editor.page.locator('#node-input-url').fill('http://central.example');
    assert.equal(await tls.isVisible(), false);
    await editor.page.locator('#node-input-url').fill('https://central.example');
    assert.equal(await tls.isVisible(), true);
  });

  for (const [url, says] of [['', 'The address is missing'], ['https://me:secret@central.example', 'holds a user name or a password'], ['ftp://central.example', 'The address cannot be “ftp://central.example”']] as const) {
    it(`says what is wrong with the address "${url}"`, async () => {
      const input = editor.page.locator('#node-input-url');
      await input.fill('https://central.example');
      await input.fill(url);
      await input.press('Tab');
      await editor.page.locator('#holdfast-problem-url', { hasText: says }).waitFor();
    });
  }

  it('says that a topic cannot be published on', async () => {
    await choose('upstream', 'mqtt');
    const input = editor.page.locator('#node-input-topic');
    await input.fill('plant/+/in');
    await input.press('Tab');
    await editor.page.locator('#holdfast-problem-topic', { hasText: 'Use fixed levels and {device}' }).waitFor();
  });

  it('shows what was refused and why, and sends it again', async () => {
    await editor.closeAll();
    const path = `**/holdfast-forward/${idOf('forward')}/refused`;
    const asked: string[] = [];
    await editor.page.route(path, async (route) => {
      asked.push(route.request().method());
      const kept = { kept: 3, entries: [{ at: '2026-11-22T10:00:00Z', reason: 'Upstream answered 403.', sent: { id: 'press-9/s1-x' } }] };
      await route.fulfill({ json: route.request().method() === 'GET' ? kept : { again: 3 } });
    });
    await editor.open(idOf('forward'));
    const section = editor.page.locator('.holdfast-refused');
    await section.locator('p', { hasText: 'Refused for good: 3. The last was press-9/s1-x: Upstream answered 403.' }).waitFor();
    await section.locator('button').click();
    await section.locator('p', { hasText: '3 queued anew.' }).waitFor();
    assert.deepEqual(asked, ['GET', 'POST']);
    await editor.page.unroute(path);
  });

  it('saves what was chosen', async () => {
    await choose('upstream', 'http');
    await editor.page.locator('#node-input-url').fill('https://central.example/in');
    await choose('order', 'in-order');
    await editor.close('done');
    const { upstream, url, order } = await editor.properties(idOf('forward'));
    assert.deepEqual([upstream, url, order], ['http', 'https://central.example/in', 'in-order']);
    assert.deepEqual(await editor.faults(idOf('forward')), []);
  });
});
