import assert from 'node:assert/strict';
import { chooseTab } from '../support/browser.ts';
import type { Editor } from '../support/browser.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { openEditorForTests, startFlow } from './fixture.ts';

const BACKEND = 'b000000000000003';
const QUALITY = 'a000000000000031';
const SEND = 'a000000000000032';
const on = (id: string, type: string, x: number, y: number, wires: string[][], more: object = {}): object => ({ id, type, z: 'f000000000000003', name: '', x, y, wires, ...more });
const inject = (id: string, name: string, y: number, wires: string[][], payload: object): object =>
  on(id, 'inject', 130, y, wires, { name, props: [{ p: 'payload' }], payload: JSON.stringify(payload), payloadType: 'json', repeat: '', once: false });
/** Two hours of one press, a reading every ten seconds; in the middle three that are wrong. */
const FUNC = `const now = Date.now();
for (let index = 0; index < 720; index += 1) {
  const usual = 60 + 4 * Math.sin(index / 40) + ((index * 7919) % 100) / 100;
  const temperature = index === 360 ? 140 : index === 420 || index === 421 ? 99 : Math.round(usual * 10) / 10;
  node.send({ topic: 'press-1', time: now - (720 - index) * 10000, payload: { temperature, pressure: 150 + index % 17 } });
}`;
const FLOW = [
  { id: 'f000000000000003', type: 'tab', label: 'Quality' },
  { id: BACKEND, type: 'holdfast-backend', name: 'Data', directory: 'data', version: 1 },
  inject(SEND, 'Two hours', 80, [['a000000000000034']], {}),
  on('a000000000000034', 'function', 290, 80, [['a000000000000035']], { func: FUNC, outputs: 1 }),
  on('a000000000000035', 'holdfast-ingest', 470, 80, [[QUALITY], [], []], { version: 1, backend: BACKEND, ts: 'time', tsType: 'msg' }),
  on(QUALITY, 'holdfast-quality', 640, 80, [['a000000000000036'], ['a000000000000036']], { version: 1, backend: BACKEND, outputs: 2, usesDefaults: false }),
  on('a000000000000036', 'holdfast-store', 820, 80, [[]], { version: 1, backend: BACKEND }),
];

describe('the dialog of a quality node', () => {
  let holdfast: Holdfast;
  let editor: Editor;
  openEditorForTests((open) => ({ holdfast, editor } = open), () => startFlow(FLOW));

  const part = (id: string) => editor.page.locator(`#holdfast-${id}`);
  const tab = (name: string): Promise<void> => chooseTab(editor.page.locator(`#holdfast-pane-${name}-tab`));
  const rows = () => editor.page.locator('#holdfast-quality-tests .holdfast-quality-row');

  async function send(id: string): Promise<void> {
    const answer = await holdfast.request(`/inject/${id}`, { method: 'POST', token: await holdfast.login(), body: {} });
    assert.ok(answer.ok);
  }

  async function askForTemperature(): Promise<void> {
    await tab('stored');
    await part('stored-device').fill('press-1');
    await part('stored-metric').fill('temperature');
  }

  it('asks for the thresholds of each test, and says what of them cannot be', async () => {
    await editor.open(QUALITY);
    await editor.page.locator('#holdfast-pane-tests .red-ui-editableList-addButton').first().click();
    const row = rows().first();
    await row.getByText('Usual, else suspect').waitFor();
    await part('quality-tests-problem').filter({ hasText: 'Row 1, Range: “Possible, else bad” is missing' }).waitFor();
    await row.getByLabel('Possible, else bad, from').fill('0');
    await row.getByLabel('Possible, else bad, to').fill('12O');
    await part('quality-tests-problem').filter({ hasText: 'Row 1, Range: “Possible, else bad”' }).waitFor();
    await editor.picture('quality-faulty');
    await row.getByLabel('Possible, else bad, to').fill('120');
    await part('quality-tests-problem').filter({ hasText: /^$/ }).waitFor({ state: 'attached' });
    await row.locator('.holdfast-quality-metric').fill('temperature');
    await row.locator('.holdfast-quality-test').selectOption('gap_test');
    assert.equal(await row.locator('.holdfast-quality-metric').isVisible(), false, 'a test of samples has no metric');
    await row.locator('.holdfast-quality-test').selectOption('spike_test');
    await row.getByLabel('Suspect beyond').fill('20');
    await row.getByLabel('Method').selectOption('differential');
    await editor.page.locator('#holdfast-pane-tests .red-ui-editableList-addButton').last().click();
    await editor.picture('quality-tests');
    await editor.close('done');
    const saved = await editor.properties(QUALITY);
    assert.deepEqual(saved['tests'], [{ metric: 'temperature', test: 'spike_test', options: { suspectThreshold: 20, method: 'differential' } }]);
    assert.deepEqual(saved['alterations'], [{ metric: '', onBad: 'hold', readings: 5, seconds: 300 }]);
    assert.deepEqual(await editor.faults(QUALITY), []);
  });

  it('shows what was saved, and an output for each quality when samples are split', async () => {
    await editor.open(QUALITY);
    assert.equal(await rows().first().getByLabel('Suspect beyond').inputValue(), '20');
    await editor.page.locator('#holdfast-quality-alterations .red-ui-editableList-item-remove').click();
    await editor.page.locator('#holdfast-quality-alterations .holdfast-quality-head').waitFor({ state: 'detached' });
    await editor.page.locator('#node-input-wiring').selectOption('split');
    await editor.close('done');
    const saved = await editor.properties(QUALITY);
    assert.deepEqual([saved['wiring'], Number(saved['outputs']), saved['alterations']], ['split', 4, []]);
    await editor.open(QUALITY);
    await editor.page.locator('#node-input-wiring').selectOption('one');
    await editor.close('done');
    assert.equal(Number((await editor.properties(QUALITY))['outputs']), 2);
    await editor.deploy();
  });

  it('says what its tests make of what is stored', async () => {
    await send(SEND);
    await editor.page.locator('.red-ui-flow-node-status-label', { hasText: /72\d stored|1,4\d\d stored/ }).waitFor();
    await editor.open(QUALITY);
    await askForTemperature();
    await part('stored-judge').click();
    await part('stored-answer').getByText(/^720 readings: 71\d good, [1-9] suspect, 0 bad\. Tests that ran: 1\.$/).waitFor();
    await part('stored-answer').getByText(/^spike_test: \d+$/).waitFor();
    await editor.picture('quality-judged');
    await part('stored-metric').fill('voltage');
    await part('stored-judge').click();
    await part('stored-answer').getByText('Nothing is stored of it in that time.').waitFor();
  });

  it('learns thresholds from what is stored, and takes over what a person ticked', async () => {
    await editor.open(QUALITY);
    await askForTemperature();
    await part('stored-propose').focus();
    await editor.page.keyboard.press('Enter');
    await part('stored-answer').getByText(/From 7\d\d good readings of temperature:/).waitFor();
    await editor.picture('quality-proposed');
    await part('stored-answer').getByLabel('Attenuated signal').uncheck();
    await part('propose-take').click();
    await rows().nth(2).waitFor();
    const names = await rows().locator('.holdfast-quality-test').evaluateAll((all) => all.map((one) => (one as HTMLSelectElement).value));
    assert.equal(new Set(names).size, names.length, 'a test stands there twice');
    assert.ok(names.includes('gross_range_test') && names.includes('gap_test') && !names.includes('attenuated_signal_test'), names.join(', '));
    await editor.picture('quality-taken');
    assert.equal(await part('quality-tests-problem').innerText(), '');
    await editor.close('cancel');
    assert.equal(((await editor.properties(QUALITY))['tests'] as unknown[]).length, 1, 'nothing counts before Done');
  });

  it('tries the settings on the last message, after what is stored of the hour before', async () => {
    await editor.open(QUALITY);
    await rows().first().locator('.holdfast-quality-test').selectOption('gross_range_test');
    await rows().first().getByLabel('Possible, else bad, to').fill('30');
    await editor.page.locator('.holdfast-try-button').click();
    await editor.page.locator('.holdfast-try-answer p').waitFor();
    await editor.picture('quality-tried');
    await editor.page.locator('.holdfast-try-answer').getByText('In the last message is found: temperature of press-1: gross_range_test.').waitFor();
    await editor.close('cancel');
    assert.deepEqual(editor.problems, []);
  });
});
