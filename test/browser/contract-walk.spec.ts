import assert from 'node:assert/strict';
import { BackendApi } from '../support/backend-api.ts';
import { chooseTab } from '../support/browser.ts';
import type { Editor } from '../support/browser.ts';
import { until as eventually } from '../support/mosquitto.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { openEditorForTests, startFlow } from './fixture.ts';

const BACKEND = 'b000000000000003';
const VALIDATE = 'a000000000000031';
const OVERHEAT = 'a000000000000032';
/** What takes every sample that holds a reading. */
const MENDED = '{"type":"object","minProperties":1}';

const on = (id: string, type: string, x: number, y: number, wires: string[][], more: object = {}): object => ({ id, type, z: 'f000000000000003', name: '', x, y, wires, ...more });
const FLOW = [
  { id: 'f000000000000003', type: 'tab', label: 'Walk' },
  { id: BACKEND, type: 'holdfast-backend', name: 'Data', directory: 'data', version: 1 },
  on(OVERHEAT, 'inject', 130, 80, [['a000000000000033']], { name: 'Overheat', props: [{ p: 'payload' }], payload: '{"kind":"drift","device":"press-1","duration":20}', payloadType: 'json', repeat: '', once: false }),
  on('a000000000000033', 'holdfast-simulator', 330, 80, [[]], { version: 1, backend: BACKEND, url: '${HOLDFAST_MQTT_URL}', fleet: [{ kind: 'press', count: 2 }], interval: 0.1 }),
  on('a000000000000034', 'holdfast-gateway', 130, 180, [[VALIDATE]], { version: 1, backend: BACKEND, port: '${HOLDFAST_MQTT_PORT}' }),
  on(VALIDATE, 'holdfast-validate', 330, 180, [['a000000000000035'], [], []], { version: 2, backend: BACKEND, source: 'here', outcome: 'quarantine', contract: 'press', contractVersion: 1, schema: MENDED }),
  on('a000000000000035', 'holdfast-store', 540, 180, [[]], { version: 1, backend: BACKEND }),
];

describe('a contract, from learning to release', function () {
  this.timeout(240_000);
  let holdfast: Holdfast;
  let editor: Editor;
  openEditorForTests((open) => ({ holdfast, editor } = open), () => startFlow(FLOW));

  const part = (id: string) => editor.page.locator(`#holdfast-${id}`);
  const list = (selector: string) => editor.page.locator(`#holdfast-quarantine-list ${selector}`);
  const schema = () => editor.page.locator('#node-input-schema');
  const setSchema = (text: string): Promise<unknown> => editor.page.evaluate(`(window.monaco ? monaco.editor.getEditors().at(-1) : ace.edit('holdfast-schema-editor')).setValue(${JSON.stringify(text)})`);
  async function openQuarantine(): Promise<void> {
    await editor.open(BACKEND);
    await chooseTab(editor.page.locator('[role="tab"]', { hasText: 'Quarantine' }));
  }

  it('is learned from the simulator, accepted, broken, and costs no sample: what broke it waits, and is stored once the contract is mended', async () => {
    const api = await BackendApi.of(holdfast, BACKEND);
    await editor.open(VALIDATE);
    await chooseTab(part('pane-learn-tab'));
    await part('learn-watch').click();
    await part('learn-progress').filter({ hasText: /Watching: [1-9]\d\d+ samples of 2 devices/ }).waitFor({ timeout: 60_000 });
    await part('learn-refusals').filter({ hasText: /It would have refused none of the last \d+ samples\./ }).waitFor();
    await part('learn-take').click();
    const learned = JSON.parse(await schema().inputValue()) as { properties: { temperature: { maximum: number; minimum: number } }; required: string[] };
    const { maximum, minimum } = learned.properties.temperature;
    assert.ok(maximum > minimum && maximum < 95, JSON.stringify(learned));
    assert.deepEqual(learned.required, ['pressure', 'running', 'temperature', 'vibration']);

    // Narrower than what was seen: the dialog says what that would cost before it is deployed.
    await setSchema(JSON.stringify({ ...learned, required: [...learned.required, 'serial'] }));
    await chooseTab(part('pane-learn-tab'));
    await part('learn-edited-refusals').filter({ hasText: /It would have refused (\d+) of the last \1 samples\./ }).waitFor();
    assert.match(await part('learn-reasons').innerText(), /serial is missing/);
    await editor.picture('walk-would-refuse');
    await setSchema(JSON.stringify(learned));
    await editor.close('done');
    await editor.deploy();

    const from = Date.now();
    assert.ok((await holdfast.request(`/inject/${OVERHEAT}`, { method: 'POST', token: await holdfast.login(), body: {} })).ok);
    await eventually(async () => (await api.status()).quarantined > 20, 'samples that broke the contract are in quarantine', 60_000);
    await openQuarantine();
    const row = list('tr[data-entry]').filter({ hasText: 'temperature is' }).first();
    await row.waitFor();
    await row.getByRole('button').click();
    assert.match(await list('.holdfast-entry-detail').innerText(), /temperature is [\d.]+; the contract allows at most/);
    assert.match(await list('.holdfast-entry-detail pre').innerText(), /^\{"ts":\d+,"seq":\d+,"values":\{"temperature":/);
    await editor.picture('walk-quarantine');
    await editor.close('cancel');
    assert.ok((await api.readings('press-1', 'temperature', from)).every(({ value }) => Number(value) <= maximum), 'nothing that breaks the contract is stored');

    await editor.open(VALIDATE);
    await setSchema(MENDED);
    await editor.close('done');
    await editor.deploy();
    await openQuarantine();
    await list('[data-action="check"]').click();
    await list('').getByText(/By the contracts of today/).first().waitFor();
    await list('[data-action="release"]').click();
    await list('').getByText(/The last release is complete: (\d+) of \1 went in again\./).waitFor({ timeout: 60_000 });
    await eventually(async () => (await api.status()).quarantined === 0, 'nothing waits any more', 60_000);
    await editor.picture('walk-released');
    await eventually(async () => (await api.readings('press-1', 'temperature', from)).some(({ value }) => Number(value) > maximum), 'what broke the contract is stored, at its own time', 30_000);
    assert.deepEqual(editor.problems, []);
  });
});
