import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { chooseTab, openEditor, startBrowser } from '../support/browser.ts';
import type { Editor } from '../support/browser.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { BACKEND, idOf, NODES, startFlow } from './fixture.ts';

/** A key of a catalogue, shown because its text is missing. */
const RAW_KEY = /\b(labels|hints|units|form|outputs|inputs|rule|errors|shared|principals|secret|state|kinds|tabs|profiles|metrics|inbox|ledger|store|storage|retention|health|kindMeaning|outputMeaning|periods|grid|aggregates|quality|fill|resets|order|preview|reasons|quarantined|quarantine|bounds|formats|listeners|limits|over|example|severity|watch|direction|placeholders|source|outcome|versionChoice|dialect|types|learn|drift|sourceMeaning|outcomeMeaning|versionMeaning|wiring|wiringMeaning|tests|testNames|testHints|options|choices|alterations|onBad|stored|propose|problems|sensitivity|learnsWithin|peers|groupsHint|windows)\.[a-z]\w*/i;

/** The panes behind the first one. */
const PANES: Readonly<Record<string, readonly string[]>> = { backend: ['profiles', 'contracts', 'store', 'inbox', 'quarantine', 'ledger'], validate: ['learn', 'drift'], quality: ['stored'], detect: ['maintenance'] };

describe('the dialogs of the nodes in the editor', () => {
  let browser: Browser;
  let holdfast: Holdfast;

  before('start Chromium and Node-RED', async function () {
    browser = await startBrowser(this);
    holdfast = await startFlow();
  });

  after('stop both', async () => {
    await browser?.close();
    await holdfast?.remove();
  });

  const shownTexts: Record<string, Record<string, string[]>> = { 'en-US': {}, de: {} };

  for (const [language, theme] of [['en-US', 'light'], ['de', 'dark']] as const) {
    describe(`in ${language} and ${theme}`, () => {
      let editor: Editor;
      before('log in', async () => {
        editor = await openEditor(browser, holdfast, { language, theme });
        await editor.picture(`canvas-${theme}`);
      });
      afterEach('leave no dialog open when a test failed', () => editor?.closeAll());
      after('close the window', () => editor?.end());

      it('are under "Holdfast" in the palette, each with a name of its own and its icon', async () => {
        assert.equal((await editor.page.locator('#red-ui-palette-header-Holdfast').innerText()).trim(), 'Holdfast');
        const names = await editor.page.locator('#red-ui-palette-container-Holdfast .red-ui-palette-node').evaluateAll((nodes) => nodes.map((node) => (node as HTMLElement).innerText.trim()));
        assert.deepEqual(names.toSorted(), [...NODES].toSorted());
        const icons = await editor.page.locator('#red-ui-palette-container-Holdfast .red-ui-palette-icon').evaluateAll((all) => all.map((icon) => /url\("?([^")]+)/.exec(getComputedStyle(icon).backgroundImage)?.[1] ?? icon.getAttribute('src') ?? ''));
        assert.deepEqual(icons.map((icon) => icon.split('/').at(-1) ?? '').toSorted(), NODES.map((node) => `${node}.svg`).toSorted());
        for (const icon of icons) assert.equal((await fetch(new URL(icon, `${holdfast.url}/`))).headers.get('content-type')?.split(';')[0], 'image/svg+xml', icon);
      });

      for (const node of [...NODES, 'backend'] as const) {
        it(`show every text of ${node} translated, and complain of nothing`, async () => {
          const id = node === 'backend' ? BACKEND : idOf(node);
          await editor.open(id);
          if (node === 'backend') await editor.page.locator('#holdfast-principal-add').waitFor();
          await editor.picture(`${node}-${theme}`);
          for (const pane of PANES[node] ?? []) {
            await chooseTab(editor.page.locator(`[role="tab"][aria-controls="holdfast-pane-${pane}"]`));
            await editor.page.locator(`#holdfast-pane-${pane}`).waitFor();
            if (pane === 'profiles') await editor.page.locator('#holdfast-profiles .holdfast-profile-toggle').last().click();
            if (pane === 'contracts') await editor.page.locator('#holdfast-pane-contracts .red-ui-editableList-addButton').click();
            await editor.picture(`${node}-${pane}-${theme}`);
          }
          await editor.page.locator('.holdfast-form details').evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
          await editor.picture(`${node}-more-${theme}`);
          const texts = await textsOf(editor.page);
          shownTexts[language]![node] = texts;
          assert.deepEqual(texts.filter((text) => text === '' || RAW_KEY.test(text)), []);
          assert.deepEqual(await unlabelled(editor.page), []);
          assert.deepEqual(await editor.page.locator('.holdfast-form .input-error').evaluateAll((all) => all.map((one) => one.id)), []);
          await editor.close('cancel');
          assert.deepEqual(editor.problems, []);
        });
      }
    });
  }

  describe('in both languages', () => {
    it('speak German in German', () => {
      const same = Object.keys(shownTexts['de']!).filter((node) => shownTexts['de']![node]!.every((text, index) => text === shownTexts['en-US']![node]![index]));
      assert.deepEqual(same, []);
      assert.ok(shownTexts['de']!['alarm']!.some((text) => text.includes('Ausgelöst, wenn')));
    });
  });

  describe('with what a person enters', () => {
    let editor: Editor;
    before('log in', async () => {
      editor = await openEditor(browser, holdfast);
    });
    afterEach('leave no dialog open when a test failed', () => editor?.closeAll());
    after('close the window', () => editor?.end());

    /** Gives an input a value and waits for what the dialog says below it. */
    async function complains(property: string, value: string, sentence: string): Promise<void> {
      const input = editor.page.locator(`#node-input-${property}`);
      await input.fill(value);
      await input.press('Tab');
      await editor.page.locator(`#holdfast-problem-${property}`, { hasText: sentence }).waitFor();
    }

    it('say what is wrong with a value, and let a variable pass', async () => {
      await editor.open(idOf('gateway'));
      await complains('port', '70000', '“MQTT” cannot be “70000”. Enter a whole number from 0 to 65,535.');
      await complains('port', '1.5', '“MQTT” cannot be “1.5”. Enter a whole number from 0 to 65,535.');
      await complains('host', '', '“Listen on” is empty. Enter a value.');
      await editor.page.locator('#node-input-port').fill('${HOLDFAST_MQTT_PORT}');
      await editor.page.locator('#node-input-port').press('Tab');
      await editor.page.locator('#holdfast-problem-port').waitFor({ state: 'detached' });
      await editor.page.locator('#node-input-backend').selectOption('_ADD_');
      await editor.page.locator('#holdfast-problem-backend', { hasText: 'No backend is chosen.' }).waitFor();
      // The section of a faulty value opens by itself.
      await editor.page.evaluate("$('#node-input-window').val('0').trigger('change')");
      await editor.page.locator('#holdfast-problem-window', { hasText: 'from 1 to 100,000' }).waitFor({ state: 'visible' });
      await editor.picture('gateway-faulty');
      await editor.close('cancel');
    });

    it('let each listener of a gateway have its port, and say what one needs', async () => {
      await editor.open(idOf('gateway'));
      const port = (property: string) => editor.page.locator(`#node-input-${property}`);
      assert.equal(await port('httpPort').inputValue(), '', 'a listener that is off shows no port');
      assert.equal(await port('tls').isVisible(), false);
      await editor.page.locator('button[aria-label="Use port 8080 for HTTP"]').click();
      assert.equal(await port('httpPort').inputValue(), '8080');
      await complains('wsPort', '8080', '“MQTT over WebSocket” has port 8080, which “HTTP” has too. Give each its own.');
      await editor.picture('gateway-same-port');
      await port('wsPort').fill('');
      await port('coapPort').fill('8080');
      await port('httpsPort').fill('8443');
      await port('httpsPort').press('Tab');
      await editor.page.locator('#holdfast-problem-wsPort').waitFor({ state: 'detached' });
      await editor.page.locator('#holdfast-problem-tls', { hasText: 'An encrypted listener has a port, but no TLS configuration is chosen.' }).waitFor();
      await editor.picture('gateway-no-certificate');
      await port('httpsPort').fill('');
      await port('httpsPort').press('Tab');
      assert.equal(await port('tls').isVisible(), false);
      await editor.close('done');
      const saved = await editor.properties(idOf('gateway'));
      assert.equal(saved['port'], '${HOLDFAST_MQTT_PORT}');
      assert.deepEqual([saved['httpPort'], saved['coapPort']].map(String), ['8080', '8080'], 'CoAP has ports of its own: UDP');
      for (const property of ['mqttsPort', 'wsPort', 'wssPort', 'httpsPort']) assert.equal(Number(saved[property]), 0, property);
      assert.deepEqual(await editor.faults(idOf('gateway')), []);
      await editor.page.locator('.red-ui-flow-node-label', { hasText: 'HTTP :8080, CoAP :8080' }).first().waitFor();
    });

    it('keep a gateway of an older flow without a limit, and say what a limit does', async () => {
      const older = idOf('gateway');
      await editor.page.evaluate(`(() => { const node = RED.nodes.node('${older}'); node.version = 1; delete node.messagesPerSecond; delete node.over; })()`);
      await editor.open(older);
      assert.equal(await editor.page.locator('#node-input-messagesPerSecond').inputValue(), '0');
      assert.match(await editor.page.locator('#holdfast-over-meaning').innerText(), /not acknowledged and may send it again/);
      await editor.page.locator('#node-input-over').selectOption('conflate');
      assert.match(await editor.page.locator('#holdfast-over-meaning').innerText(), /only the latest message is kept/);
      await editor.page.locator('#node-input-messagesPerSecond').fill('5');
      await editor.close('done');
      const { version, messagesPerSecond, over } = await editor.properties(older);
      assert.deepEqual([version, Number(messagesPerSecond), over], [2, 5, 'conflate']);
    });

    it('refuse a schema that is not JSON and take an example', async () => {
      await editor.open(idOf('validate'));
      await editor.page.locator('#holdfast-schema-editor .view-lines, #holdfast-schema-editor .ace_content').first().click();
      await editor.page.keyboard.press('Control+a');
      await editor.page.keyboard.type('nonsense');
      await editor.page.locator('#holdfast-schema-problem', { hasText: 'The schema is not JSON' }).waitFor();
      await editor.page.locator('#holdfast-example-kind').selectOption('press');
      await editor.page.locator('#holdfast-example').click();
      await editor.page.locator('#holdfast-schema-problem:empty').waitFor({ state: 'attached' });
      await editor.picture('validate-example');
      await editor.close('done');
      const { schema } = await editor.properties(idOf('validate'));
      assert.deepEqual(Object.keys((JSON.parse(String(schema)) as { properties: object }).properties), ['temperature', 'pressure', 'vibration', 'running']);
    });

    it('state the rule of an alarm while it is being entered', async () => {
      await editor.open(idOf('alarm'));
      const rule = editor.page.locator('#holdfast-rule p');
      assert.equal(await rule.innerText(), 'Raised when temperature is above 90, cleared at 85 or less; one message each.');
      await editor.page.locator('#node-input-raiseLimit').fill('95');
      assert.match(await rule.innerText(), /above 95, cleared at 85 or less/);
      await editor.page.locator('#node-input-direction').selectOption('below');
      assert.match(await rule.innerText(), /^“Clear at” 85 lies below the limit to raise, 95/);
      await editor.page.locator('#node-input-clearLimit').fill('100');
      assert.equal(await rule.innerText(), 'Raised when temperature is below 95, cleared at 100 or more; one message each.');
      await editor.picture('alarm-below');
      await editor.page.locator('#node-input-watch').selectOption('anomaly');
      assert.match(await rule.innerText(), /^Raised when temperature is unusual, cleared when it is usual again/);
      assert.equal(await editor.page.locator('#node-input-raiseLimit').isVisible(), false);
      await editor.picture('alarm-anomaly');
      await editor.close('cancel');
    });

    it('say in words what a position of a slider means', async () => {
      await editor.open(idOf('detect'));
      await editor.page.locator('#node-input-sensitivity').fill('3');
      assert.match(await editor.page.locator('#holdfast-sensitivity-meaning').innerText(), /1.4 times as unusual/);
      await editor.close('cancel');
    });

    it('forget a row that is removed, also when Done is pressed while it fades out', async () => {
      const remove = async (list: string): Promise<void> => {
        await editor.page.locator(`${list} li`).last().locator('.red-ui-editableList-item-remove').click();
        assert.equal(await editor.page.locator('.red-ui-editableList-item-deleting').count(), 1, 'it still fades out');
      };
      await editor.open(idOf('quality'));
      await editor.page.locator('#holdfast-quality-tests').locator('xpath=ancestor::div[contains(@class, "form-row")]').locator('.red-ui-editableList-addButton').click();
      await remove('#holdfast-quality-tests');
      await editor.close('done');
      assert.deepEqual((await editor.properties(idOf('quality')))['tests'], []);
      await editor.open(BACKEND);
      await chooseTab(editor.page.locator('[role="tab"][aria-controls="holdfast-pane-profiles"]'));
      await remove('#holdfast-profiles');
      await editor.close('done');
      assert.deepEqual(((await editor.properties(BACKEND))['profiles'] as Array<{ name: string }>).map(({ name }) => name), ['press']);
    });

    it('keep the rows of the simulator', async () => {
      await editor.open(idOf('simulator'));
      await editor.page.locator('#holdfast-fleet-row .red-ui-editableList-addButton').click();
      const row = editor.page.locator('#holdfast-fleet li').last();
      await row.locator('select').selectOption('cold-room');
      await row.locator('input').fill('many');
      await editor.page.locator('#holdfast-fleet-summary', { hasText: '“The count in row 2” cannot be' }).waitFor();
      await row.locator('input').fill('3');
      await editor.page.locator('#holdfast-fleet-summary', { hasText: 'In all: 4.' }).waitFor();
      await editor.picture('simulator-rows');
      await editor.close('done');
      assert.deepEqual((await editor.properties(idOf('simulator')))['fleet'], [{ kind: 'press', count: 1 }, { kind: 'cold-room', count: 3 }]);
    });
  });

  describe('of new nodes', () => {
    it('have nothing to ask when a node is dropped on the canvas and there is one backend', async () => {
      const editor = await openEditor(browser, holdfast);
      for (const [index, node] of NODES.entries()) {
        const palette = editor.page.locator(`.red-ui-palette-node[data-palette-type="holdfast-${node}"]`);
        await palette.dragTo(editor.page.locator('#red-ui-workspace-chart'), { targetPosition: { x: 150 + (index % 4) * 170, y: 380 + Math.floor(index / 4) * 80 } });
        const id = await editor.page.evaluate<string>(`RED.nodes.filterNodes({ type: 'holdfast-${node}' }).at(-1).id`);
        assert.notEqual(id, idOf(node), `${node} was not dropped`);
        // Whereto nobody can guess.
        const faults = await editor.faults(id);
        if (node === 'forward') assert.match(faults.join(), /The address is missing/);
        else assert.deepEqual(faults, [], node);
        if (node !== 'validate') assert.equal((await editor.properties(id))['backend'], BACKEND);
      }
      await editor.picture('dropped');
      await editor.end();
    });
  });
});

/** All that the open dialog says: texts, placeholders and names for screen readers. */
function textsOf(page: Page): Promise<string[]> {
  return page.locator('.red-ui-tray .holdfast-form').last().evaluate((form) => {
    const own = [...form.querySelectorAll('span, label, p, option, summary, h4, button, th, td, figcaption, b')]
      .filter((element) => element.children.length === 0 && (element.hasAttribute('data-i18n') || element.textContent.trim() !== ''))
      .filter((element) => !element.closest('.monaco-editor') && !(element.getAttribute('data-i18n') ?? '').startsWith('['))
      .map((element) => element.textContent.trim());
    const attributes = [...form.querySelectorAll('[placeholder], [aria-label]')].filter((element) => !element.closest('.monaco-editor'))
      .flatMap((element) => ['placeholder', 'aria-label'].flatMap((name) => element.getAttribute(name) ?? []));
    return [...own, ...attributes].filter((text, index) => text !== '' || index < own.length);
  });
}

/** Inputs that a screen reader could not name. */
function unlabelled(page: Page): Promise<string[]> {
  return page.locator('.red-ui-tray .holdfast-form').last().evaluate((form) =>
    [...form.querySelectorAll<HTMLElement>('input:not([type=hidden]), select, button')]
      .filter((element) => !element.closest('.monaco-editor, .red-ui-typedInput-container > button, .red-ui-editableList-addButton') && !element.classList.contains('red-ui-typedInput-type-select') && !element.classList.contains('red-ui-typedInput-option-trigger'))
      .filter((element) => !(element as HTMLInputElement).labels?.length && !element.getAttribute('aria-label') && !element.getAttribute('aria-labelledby') && element.innerText.trim() === '')
      .map((element) => element.outerHTML.slice(0, 120)),
  );
}
