import assert from 'node:assert/strict';
import mqtt from 'mqtt';
import { chooseTab } from '../support/browser.ts';
import type { Editor } from '../support/browser.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { BACKEND, idOf, inject, openEditorForTests } from './fixture.ts';

describe('the dialogs of a running flow', () => {
  let holdfast: Holdfast;
  let editor: Editor;
  openEditorForTests((open) => ({ holdfast, editor } = open));

  /** What "Try it" answers in the open dialog. */
  async function tryIt(): Promise<{ summary: string; message: string; result: string }> {
    await editor.page.locator('.holdfast-try-button').click();
    const summary = editor.page.locator('.holdfast-try-answer .holdfast-summary');
    await summary.waitFor();
    const [message = '', result = ''] = await editor.page.locator('.holdfast-panes pre').allInnerTexts();
    return { summary: await summary.innerText(), message, result };
  }

  describe('"Try it"', () => {
    it('says that there is no message yet', async () => {
      await editor.open(idOf('alarm'));
      await editor.page.locator('.holdfast-try-button').click();
      await editor.page.locator('.holdfast-try-answer .holdfast-problem', { hasText: 'No message has reached this node' }).waitFor();
      await editor.close('cancel');
      editor.problems.length = 0;
    });

    it('applies the settings of the dialog, not yet saved, to the last real message', async () => {
      await inject(holdfast);
      await editor.page.locator('.red-ui-flow-node-status-label', { hasText: /raised/ }).waitFor();
      await editor.open(idOf('alarm'));
      assert.match((await tryIt()).summary, /would raise this alarm for press-1/);
      await editor.picture('alarm-tried');
      await editor.page.locator('#node-input-raiseLimit').fill('120');
      await editor.page.locator('#node-input-clearLimit').fill('100');
      await editor.page.locator('.holdfast-try-button').click();
      await editor.page.locator('.holdfast-try-answer .holdfast-summary', { hasText: 'would not raise' }).waitFor();
      await editor.close('cancel');
    });

    for (const [node, expected] of [['ingest', /press-1/], ['validate', /meets the contract/], ['detect', /temperature, pressure/], ['store', /readings/]] as const) {
      it(`shows the message and what ${node} makes of it`, async () => {
        await editor.open(idOf(node));
        const { summary, message, result } = await tryIt();
        assert.match(summary, expected);
        assert.equal((JSON.parse(message) as { topic: string }).topic, 'press-1');
        assert.match(message, /95\.5/);
        assert.ok(result.length > 10, result);
        await editor.picture(`${node}-tried`);
        await editor.close('cancel');
        assert.deepEqual(editor.problems, []);
      });
    }

    it('shows what is wrong with a contract in a sentence', async () => {
      await editor.open(idOf('validate'));
      await editor.page.evaluate(`RED.editor.getEditStack() && [...document.querySelectorAll('#holdfast-schema-editor')].length && (window.monaco ? monaco.editor.getEditors().at(-1).setValue('{"typ": "object"}') : ace.edit('holdfast-schema-editor').setValue('{"typ": "object"}'))`);
      await editor.page.locator('.holdfast-try-button').click();
      await editor.page.locator('.holdfast-try-answer .holdfast-problem', { hasText: 'Did you mean "type"?' }).waitFor();
      await editor.close('cancel');
      editor.problems.length = 0;
    });
  });

  describe('"Who may connect"', () => {
    let secret = '';

    it('shows the secret of a new device once, with which it logs in by MQTT', async () => {
      await editor.open(BACKEND);
      await editor.page.locator('#holdfast-principal-id').fill('press-7');
      await editor.page.locator('#holdfast-principal-profile').fill('press');
      await editor.page.locator('#holdfast-principal-add-button').click();
      secret = await editor.page.locator('#holdfast-secret-text').innerText();
      assert.match(await editor.page.locator('#holdfast-secret-mqtt').innerText(), /^mosquitto_pub .* -u press-7 .*-t devices\/press-7\/telemetry/);
      await editor.page.locator('tr[data-principal="press-7"]').waitFor();
      await editor.picture('backend-secret');
      await editor.page.locator('.holdfast-secret button').first().click();
      assert.equal(await editor.page.evaluate('navigator.clipboard.readText()'), secret);
      await editor.close('cancel');

      assert.equal(await login('press-7', secret), 'let in');
      await editor.open(BACKEND);
      await editor.page.locator('tr[data-principal="press-7"]').waitFor();
      assert.equal((await editor.page.content()).includes(secret), false);
      await editor.close('cancel');
    });

    it('gives a device tags that are saved at once', async () => {
      await editor.open(BACKEND);
      const row = editor.page.locator('tr[data-principal="press-7"]');
      await row.locator('button[aria-label="Tags of press-7"]').click();
      await row.locator('input').fill('hall-2, line a');
      await editor.picture('backend-tags-editing');
      await row.locator('input').press('Enter');
      await row.locator('.holdfast-tags', { hasText: 'hall-2, line a' }).waitFor();
      await row.locator('button[aria-label="Tags of press-7"]').click();
      await row.locator('input').fill('x'.repeat(65));
      await row.locator('button[aria-label="Save the tags of press-7"]').click();
      await editor.page.locator('#holdfast-principal-problem', { hasText: 'Use a text of 1 to 64 characters' }).waitFor();
      await row.locator('input').press('Escape');
      assert.equal(await row.locator('.holdfast-tags').innerText(), 'hall-2, line a');
      await editor.picture('backend-tags');
      await editor.close('cancel');
    });

    it('replaces a secret when asked to, and asks first; the tags stay', async () => {
      await editor.open(BACKEND);
      const row = editor.page.locator('tr[data-principal="press-7"]');
      await row.locator('button[aria-label^="New secret"]').click();
      await answer('Cancel');
      assert.equal(await editor.page.locator('#holdfast-secret-text').count(), 0);
      await row.locator('button[aria-label^="New secret"]').click();
      await answer('Yes');
      const renewed = await editor.page.locator('#holdfast-secret-text').innerText();
      assert.equal(await row.locator('.holdfast-tags').innerText(), 'hall-2, line a');
      assert.equal(await login('press-7', secret), 'refused');
      assert.equal(await login('press-7', renewed), 'let in');
      secret = renewed;
      await editor.close('cancel');
    });

    it('lets its reading in, of which the dialog of the gateway shows what became', async () => {
      const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${holdfast.mqttPort}`, { username: 'press-7', password: secret });
      await client.publishAsync('devices/press-7/telemetry', '{"temperature":61.5}', { qos: 1 });
      await client.endAsync();
      await editor.page.locator('.red-ui-flow-node-status-label', { hasText: /connected.*\b1 delivered/ }).waitFor();
      await editor.open(idOf('gateway'));
      const { summary, message } = await tryIt();
      assert.match(summary, /came from press-7 on devices\/press-7\/telemetry and became one sample/);
      assert.match(message, /61\.5/);
      await editor.close('cancel');
    });

    it('offers a command for HTTP as soon as a gateway listens for it', async () => {
      await editor.page.evaluate(`RED.nodes.node('${idOf('gateway')}').httpPort = '18080'`);
      await editor.open(BACKEND);
      await editor.page.locator('#holdfast-principal-id').fill('press-8');
      await editor.page.locator('#holdfast-principal-add-button').click();
      const command = await editor.page.locator('#holdfast-secret-http').innerText();
      assert.match(command, /^curl -i -u 'press-8:[\w-]+' -H 'Content-Type: application\/json' -d '\{"temperature": 21\.4\}' http:\/\/127\.0\.0\.1:18080\/telemetry$/);
      await editor.picture('backend-commands');
      await editor.close('cancel');
      await editor.page.evaluate(`RED.nodes.node('${idOf('gateway')}').httpPort = 0`);
    });

    it('says why an id cannot be used', async () => {
      await editor.open(BACKEND);
      await editor.page.locator('#holdfast-principal-id').fill('press 7/#');
      await editor.page.locator('#holdfast-principal-add-button').click();
      await editor.page.locator('#holdfast-principal-problem', { hasText: 'cannot be used' }).waitFor();
      await editor.close('cancel');
      editor.problems.length = 0;
    });

    it('removes a device, which is then refused', async () => {
      await editor.open(BACKEND);
      const row = editor.page.locator('tr[data-principal="press-7"]');
      await row.locator('button').last().click();
      await answer('Yes');
      await row.waitFor({ state: 'detached' });
      assert.equal(await login('press-7', secret), 'refused');
      await editor.close('cancel');
      assert.deepEqual(editor.problems, []);
    });

    async function answer(button: string): Promise<void> {
      await editor.page.locator('.red-ui-notification button', { hasText: button }).click();
      await editor.page.locator('.red-ui-notification button', { hasText: button }).waitFor({ state: 'detached' });
    }

    async function login(id: string, password: string): Promise<'let in' | 'refused'> {
      const client = mqtt.connect(`mqtt://127.0.0.1:${holdfast.mqttPort}`, { username: id, password, clientId: id, reconnectPeriod: 0 });
      try {
        return await new Promise((resolve, reject) => {
          client.once('connect', () => resolve('let in'));
          client.once('error', (error) => ('code' in error && (error.code === 4 || error.code === 5) ? resolve('refused') : reject(error)));
        });
      } finally {
        await client.endAsync(true);
      }
    }
  });

  describe('the ledger', () => {
    const tab = (name: string) => chooseTab(editor.page.locator('[role="tab"]', { hasText: name }));
    const row = (title: string | RegExp) => editor.page.locator('#holdfast-ledger tr', { hasText: title });

    it('shows what became of every message, and of those of one device', async () => {
      await editor.open(BACKEND);
      await tab('Ledger');
      await row('Received').waitFor();
      await editor.page.locator('#holdfast-ledger', { hasText: 'It adds up.' }).waitFor();
      assert.deepEqual(await editor.page.locator('#holdfast-ledger thead th').allInnerTexts(), ['MQTT', 'Flow', 'All']);
      await editor.picture('backend-ledger');
      await editor.page.locator('#holdfast-ledger-device').fill('press-7');
      await editor.page.locator('#holdfast-ledger-device').press('Tab');
      await editor.page.waitForFunction(`$('#holdfast-ledger thead th').length === 1`);
      assert.deepEqual(await row('Received').locator('td').allInnerTexts(), ['1']);
      await editor.page.locator('#holdfast-ledger-device').fill('nobody-9');
      await editor.page.locator('#holdfast-ledger', { hasText: 'Nothing has been received from nobody-9 yet.' }).waitFor();
      await editor.page.locator('#holdfast-ledger-device').fill('');
      await row('Received').waitFor();
      await editor.close('cancel');
    });

    it('follows what comes in, shows a device that went into quarantine, and lets it go', async () => {
      await editor.open(BACKEND);
      await editor.page.locator('#holdfast-principal-id').fill('wild-1');
      await editor.page.locator('#holdfast-principal-profile').fill('wild');
      await editor.page.locator('#holdfast-principal-add-button').click();
      const password = await editor.page.locator('#holdfast-secret-text').innerText();
      await tab('Quarantine');
      await editor.page.locator('#holdfast-quarantined', { hasText: 'None.' }).waitFor();
      const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${holdfast.mqttPort}`, { username: 'wild-1', password });
      for (let index = 0; index < 3; index += 1) await client.publishAsync('devices/wild-1/telemetry', `{"speed":${index}}`, { qos: 1 });
      await client.endAsync();
      const wild = editor.page.locator('#holdfast-quarantined tr[data-device="wild-1"]');
      await wild.filter({ hasText: 'It sent more than 0.001 messages a second.' }).waitFor();
      await tab('Ledger');
      await row('in quarantine').locator('td', { hasText: '2' }).first().waitFor();
      await tab('Quarantine');
      await editor.picture('backend-quarantine');
      await wild.locator('button', { hasText: 'Let go' }).click();
      await editor.page.locator('#holdfast-quarantined', { hasText: 'None.' }).waitFor();
      await editor.close('cancel');
      assert.deepEqual(editor.problems, []);
    });

    it('asks for nothing any more when the dialog is closed', async () => {
      let asked = 0;
      const count = (request: { url(): string }): void => void (/\/(ledger|quarantined-devices)/.test(request.url()) && (asked += 1));
      editor.page.on('request', count);
      await editor.open(BACKEND);
      await editor.page.waitForTimeout(2_500);
      assert.ok(asked >= 4, `it asked ${asked} times while it was open`);
      await editor.close('cancel');
      await editor.page.waitForTimeout(500);
      asked = 0;
      await editor.page.waitForTimeout(2_500);
      editor.page.off('request', count);
      assert.equal(asked, 0);
    });
  });

  describe('after all that', () => {
    it('offer the metrics that were seen', async () => {
      await editor.open(idOf('detect'));
      await editor.page.locator('#node-input-metrics').pressSequentially('temp');
      const offered = editor.page.locator('.red-ui-autoComplete-container', { hasText: 'temperature' });
      await offered.waitFor();
      await editor.page.keyboard.press('Enter');
      assert.equal(await editor.page.locator('#node-input-metrics').inputValue(), 'temperature');
      await editor.close('cancel');
    });

    it('save the rows of the simulator with a deploy, and its devices may connect', async () => {
      await editor.open(idOf('simulator'));
      await editor.page.locator('#holdfast-fleet-row .red-ui-editableList-addButton').click();
      await editor.page.locator('#holdfast-fleet li').last().locator('select').selectOption('delivery-van');
      await editor.close('done');
      await editor.deploy();
      const { flows } = (await (await holdfast.request('/flows', { token: await holdfast.login(), headers: { 'Node-RED-API-Version': 'v2' } })).json()) as { flows: Array<{ id: string; fleet?: unknown }> };
      assert.deepEqual(flows.find(({ id }) => id === idOf('simulator'))?.fleet, [{ kind: 'press', count: 1 }, { kind: 'delivery-van', count: 1 }]);
      await editor.open(BACKEND);
      await editor.page.locator('tr[data-principal="delivery-van-1"]').waitFor();
      await editor.close('cancel');
    });
  });
});
