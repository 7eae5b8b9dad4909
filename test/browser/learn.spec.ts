import assert from 'node:assert/strict';
import { chooseTab } from '../support/browser.ts';
import type { Editor } from '../support/browser.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { openEditorForTests, startFlow } from './fixture.ts';

const BACKEND = 'b000000000000002';
const VALIDATE = 'a000000000000021';
const USUAL = 'a000000000000022';
const BROKEN = 'a000000000000023';
const on = (id: string, type: string, x: number, y: number, wires: string[][], more: object = {}): object => ({ id, type, z: 'f000000000000002', name: '', x, y, wires, ...more });
const inject = (id: string, name: string, y: number, wires: string[][], payload: object): object =>
  on(id, 'inject', 130, y, wires, { name, props: [{ p: 'payload' }, { p: 'topic', vt: 'str' }], topic: 'press-2', payload: JSON.stringify(payload), payloadType: 'json', repeat: '', once: false });
/** Sixty samples of each of four presses. */
const SEND = `for (let index = 0; index < 240; index += 1) {
  node.send({ topic: 'press-' + (index % 4 + 1), payload: { temperature: 60 + (index % 40) / 4, pressure: 150 + index % 17, running: index % 5 !== 0, mode: index % 3 === 0 ? 'hand' : 'auto', fw: '2.1.0' } });
}`;
const FLOW = [
  { id: 'f000000000000002', type: 'tab', label: 'Learn' },
  { id: BACKEND, type: 'holdfast-backend', name: 'Data', directory: 'data', version: 1, contracts: [{ id: 'press', versions: [{ version: 1, schema: { type: 'object' } }] }] },
  inject(USUAL, 'A shift', 80, [['a000000000000024']], {}),
  on('a000000000000024', 'function', 290, 80, [['a000000000000025']], { func: SEND, outputs: 1 }),
  inject(BROKEN, 'Broken', 140, [['a000000000000025']], { temperature: 400, pressure: 155, running: true, mode: 'auto', fw: '2.2.0', vibration: 0.4 }),
  on('a000000000000025', 'holdfast-ingest', 470, 80, [[VALIDATE], [], []], { version: 1, backend: BACKEND }),
  on(VALIDATE, 'holdfast-validate', 640, 80, [['a000000000000026'], []], { version: 1, contract: 'press', contractVersion: 1, schema: '{"type":"object","minProperties":1}' }),
  on('a000000000000026', 'holdfast-store', 820, 80, [[]], { version: 1, backend: BACKEND }),
];

describe('learning a contract in the dialog', () => {
  let holdfast: Holdfast;
  let editor: Editor;
  openEditorForTests((open) => ({ holdfast, editor } = open), () => startFlow(FLOW));

  const part = (id: string) => editor.page.locator(`#holdfast-${id}`);
  const tab = (name: string): Promise<void> => chooseTab(editor.page.locator(`#holdfast-pane-${name}-tab`));
  const status = (text: RegExp): Promise<void> => editor.page.locator('.red-ui-flow-node-status-label', { hasText: text }).waitFor();
  const schemaInEditor = (): Promise<string> => editor.page.locator('#node-input-schema').inputValue();

  async function send(id: string): Promise<void> {
    const answer = await holdfast.request(`/inject/${id}`, { method: 'POST', token: await holdfast.login(), body: {} });
    assert.ok(answer.ok);
  }

  it('shows a flow of an older Holdfast as it works: its own schema, refused what breaks it', async () => {
    await editor.open(VALIDATE);
    assert.deepEqual([await editor.page.locator('#node-input-source').inputValue(), await editor.page.locator('#node-input-outcome').inputValue()], ['here', 'refuse']);
    assert.deepEqual(await editor.faults(VALIDATE), []);
    await editor.picture('validate-contract');
  });

  it('watches live samples, and proposes what they have in common', async () => {
    await editor.open(VALIDATE);
    await tab('learn');
    await part('learn-watch').focus();
    await editor.page.keyboard.press('Enter');
    await part('learn-progress').filter({ hasText: 'The next sample that passes this node is shown here.' }).waitFor();
    await send(USUAL);
    await part('learn-progress').filter({ hasText: 'Watching: 240 samples of 4 devices.' }).waitFor();
    const row = (metric: string) => editor.page.locator(`tr[data-metric="${metric}"]`);
    await row('temperature').waitFor();
    assert.deepEqual((await row('temperature').locator('td').allInnerTexts()).slice(1), ['number', '60 … 69.75', '59 … 70.8', '–', 'yes']);
    assert.deepEqual((await row('mode').locator('td').allInnerTexts()).slice(1), ['text', 'auto, hand', 'only these', '–', 'yes']);
    assert.equal(await part('learn-refusals').innerText(), 'It would have refused none of the last 240 samples.');
    await editor.picture('learn-proposal');
    await part('learn-take').click();
    const schema = JSON.parse(await schemaInEditor()) as { properties: Record<string, unknown>; required: string[] };
    assert.deepEqual(schema.properties['temperature'], { type: 'number', minimum: 59, maximum: 70.8 });
    assert.deepEqual(schema.required, ['fw', 'mode', 'pressure', 'running', 'temperature']);
    assert.equal(await editor.page.locator('#node-input-contractVersion').inputValue(), '2', 'the version is raised');
    await editor.picture('learn-taken');
  });

  it('says what an edited schema would have refused, and why', async () => {
    await editor.open(VALIDATE);
    await tab('learn');
    await editor.page.locator('tr[data-metric="temperature"]').waitFor();
    await part('learn-take').click();
    const edited = (await schemaInEditor()).replace('70.8', '65');
    await editor.page.evaluate(`(window.monaco ? monaco.editor.getEditors().at(-1) : ace.edit('holdfast-schema-editor')).setValue(${JSON.stringify(edited)})`);
    await tab('learn');
    await part('learn-edited-refusals').filter({ hasText: 'It would have refused 114 of the last 240 samples.' }).waitFor();
    assert.match(await part('learn-reasons').innerText(), /114 × temperature is 65\.25; the contract allows at most 65\..* First by press-2\./);
    await editor.picture('learn-refusals');
  });

  it('refuses what breaks the contract once it is deployed, and tells of the drift with the firmware', async () => {
    await editor.open(VALIDATE);
    await tab('learn');
    await editor.page.locator('tr[data-metric="temperature"]').waitFor();
    await part('learn-take').click();
    await editor.close('done');
    await editor.deploy();
    await send(USUAL);
    await status(/^240 valid$/);
    await send(BROKEN);
    await status(/^240 valid · 1 refused$/);
    await editor.open(VALIDATE);
    await tab('drift');
    const row = part('drifts').locator('tbody tr').filter({ hasText: 'vibration' });
    await row.waitFor();
    const [metric, what, first] = await row.locator('td').allInnerTexts();
    assert.deepEqual([metric, what, first?.replace(/\s+/g, ' ')], ['vibration', 'new: number', 'press-2 firmware 2.2.0']);
    await editor.picture('learn-drift');
    assert.deepEqual(editor.problems, []);
  });

  it('learns from what is stored as well', async () => {
    await editor.open(VALIDATE);
    await tab('learn');
    await editor.page.locator('#node-input-backend').evaluate((select) => $(select).val('b000000000000002').trigger('change'));
    await part('learn-of').selectOption('all');
    await part('learn-read').click();
    await part('learn-progress').filter({ hasText: /The history is read: \d+ samples of 4 devices\./ }).waitFor();
    assert.equal(await editor.page.locator('tr[data-metric="pressure"] td').nth(2).innerText(), '150 … 166');
    assert.deepEqual(editor.problems, []);
  });

  it('makes the proposal the next version of the contract of the backend that the node checks against, and can be undone', async () => {
    const versions = async (): Promise<number[]> => ((await editor.properties(BACKEND))['contracts'] as Array<{ versions: Array<{ version: number }> }>)[0]?.versions.map(({ version }) => version) ?? [];
    await editor.open(VALIDATE);
    await editor.page.locator('#node-input-source').selectOption('contract');
    assert.equal(await editor.page.locator('#node-input-backend').inputValue(), BACKEND, 'the only one is chosen');
    await editor.page.locator('#node-input-contractId').fill('press');
    await editor.page.locator('#node-input-contractId').press('Tab');
    await editor.page.locator('#holdfast-version-meaning', { hasText: 'Versions: 1. A new one counts as soon as it is deployed.' }).waitFor();
    await editor.page.locator('#node-input-outcome').selectOption('quarantine');
    await editor.picture('validate-of-backend');
    await tab('learn');
    await editor.page.locator('tr[data-metric="temperature"]').waitFor();
    assert.equal(await part('learn-edited').isVisible(), false);
    await part('learn-take').click();
    await part('learn-taken').filter({ hasText: 'It becomes version 2 of “press” when you close the dialog with Done.' }).waitFor();
    assert.deepEqual(await versions(), [1], 'not before');
    await editor.close('done');
    assert.deepEqual(await versions(), [1, 2]);
    await editor.page.evaluate('RED.history.pop()');
    assert.deepEqual([await versions(), (await editor.properties(VALIDATE))['source']], [[1], 'here']);
    await editor.page.evaluate('RED.history.redo()');
    assert.deepEqual([await versions(), (await editor.properties(VALIDATE))['source']], [[1, 2], 'contract']);
    await editor.deploy();
    await send(USUAL);
    await status(/^240 valid$/);
    await send(BROKEN);
    await status(/^240 valid · 1 quarantined$/);
    assert.deepEqual(editor.problems, []);
  });
});
