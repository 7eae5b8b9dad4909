import assert from 'node:assert/strict';
import { flowOf, ingest, onTab } from '../support/ingest-flow.ts';
import { aMoment, backend, collect, helper, load, loggedErrors, statusOf, temporaryDirectory, unload, until, useRuntime } from '../support/node-helper.ts';
import type { FlowNode } from '../support/node-helper.ts';
import { flowOfOne, sampleOf, samplesIn, sendBatch, sendSingly, temperatures } from '../support/sample-messages.ts';

const SCHEMA = JSON.stringify({ type: 'object', required: ['temperature'], properties: { temperature: { type: 'number', maximum: 100 }, mode: { enum: ['auto', 'hand'] } } });
const VALIDATE = { type: 'holdfast-validate', contract: 'press-telemetry', contractVersion: 3, schema: SCHEMA };

describe('holdfast-validate', () => {
  useRuntime();

  it('passes what meets the contract and says which contract that was', async () => {
    await load(flowOfOne(VALIDATE, 2, temporaryDirectory()));
    const [valid, refused] = [collect('out0'), collect('out1')];
    sendSingly('n', [sampleOf('press-1', 1, { temperature: 60, mode: 'auto' })]);
    await until(() => valid.length === 1, 'it came through');
    assert.deepEqual(samplesIn(valid)[0]?.contract, { id: 'press-telemetry', version: 3 });
    assert.equal(refused.length, 0);
  });

  it('refuses what breaks it, with a sentence for each broken rule', async () => {
    await load(flowOfOne(VALIDATE, 2, temporaryDirectory()));
    const [valid, refused] = [collect('out0'), collect('out1')];
    sendSingly('n', [sampleOf('press-1', 1, { temperature: 140, mode: 'party' })]);
    await until(() => refused.length === 1, 'it was refused');
    assert.equal(valid.length, 0);
    const [sample] = samplesIn(refused);
    assert.deepEqual(sample?.values, { temperature: 140, mode: 'party' });
    const sentences = sample?.refused?.reasons.map(({ message }) => message) ?? [];
    assert.equal(sentences.length, 2);
    assert.match(sentences.join('\n'), /temperature is 140; the contract allows at most 100\. Check the sensor, or raise the maximum in the contract\./);
    assert.match(sentences.join('\n'), /mode is the text "party"; the contract allows only the text "auto", the text "hand"\./);
  });

  it('takes a batch apart by what is valid, and keeps the order', async () => {
    await load(flowOfOne(VALIDATE, 2, temporaryDirectory()));
    const [valid, refused] = [collect('out0'), collect('out1')];
    sendBatch('n', [50, 150, 60, 70].map((temperature, index) => sampleOf('press-1', index, { temperature })));
    await until(() => valid.length + refused.length === 2, 'both parts came');
    assert.deepEqual(samplesIn(valid).map(({ values }) => values['temperature']), [50, 60, 70]);
    assert.deepEqual(samplesIn(refused).map(({ values }) => values['temperature']), [150]);
    assert.deepEqual([valid[0]?.['iot'], refused[0]?.['iot']], [{ v: 1, kind: 'batch', count: 3 }, { v: 1, kind: 'batch', count: 1 }]);
  });

  it('drops an earlier refusal when a mended sample meets the contract', async () => {
    await load(flowOfOne(VALIDATE, 2, temporaryDirectory()));
    const valid = collect('out0');
    const mended = { ...sampleOf('press-1', 1, { temperature: 60 }), refused: { reasons: [{ field: 'temperature', rule: 'maximum', message: 'too high' }] } };
    sendSingly('n', [mended]);
    sendBatch('n', [mended]);
    await until(() => valid.length === 2, 'both came through');
    for (const sample of samplesIn(valid)) assert.equal('refused' in sample, false);
  });

  it('takes any readings when it is just dropped on the canvas, and counts in its status', async () => {
    await load(flowOfOne({ type: 'holdfast-validate' }, 2, temporaryDirectory()));
    const valid = collect('out0');
    sendSingly('n', [sampleOf('press-1', 1, { anything: 'goes' }), sampleOf('press-1', 2, { even: null })]);
    await until(() => valid.length === 2, 'both came through');
    await until(() => statusOf('n').text === '2 valid', 'its status says so');
    assert.equal(statusOf('n').fill, 'green');
  });
});

const upTo = (maximum: number, more: object = {}): object => ({ type: 'object', properties: { temperature: { type: 'number', maximum, ...more } } });
const press = (...versions: object[]): object => ({ id: 'press', versions: versions.map((schema, index) => ({ version: index + 1, schema })) });

/** The flow of one validate node, with contracts and profiles in its backend. */
function flowWith(properties: object, { contracts = [], profiles = [], directory = temporaryDirectory() }: { contracts?: object[]; profiles?: object[]; directory?: string } = {}): FlowNode[] {
  return flowOfOne({ type: 'holdfast-validate', version: 2, ...properties }, 3, directory).map((one) => (one.id === 'data' ? { ...one, contracts, profiles } : one));
}

describe('holdfast-validate with a contract of the backend', () => {
  useRuntime();
  const contracts = [press(upTo(100), upTo(50))];

  it('checks against the newest version, or one that is fixed', async () => {
    for (const [choice, version, refused] of [[{}, 2, 1], [{ versionChoice: 'fixed', fixedVersion: 1 }, 1, 0]] as const) {
      await load(flowWith({ source: 'contract', contractId: 'press', ...choice }, { contracts }));
      const out = [collect('out0'), collect('out1')];
      sendSingly('n', temperatures('press-1', 40, 80));
      await until(() => out.flat().length === 2, 'both came out');
      assert.equal(out[1]?.length, refused);
      assert.deepEqual(samplesIn(out.flat()).map(({ contract }) => contract), [{ id: 'press', version }, { id: 'press', version }]);
      await unload();
    }
  });

  it('says so when the backend has no such contract, or no such version', async () => {
    await load(flowWith({ source: 'contract', contractId: 'pres' }, { contracts }));
    assert.match(loggedErrors().join('\n'), /The backend has no contract "pres"\. Add it under Contracts/);
    await unload();
    await load(flowWith({ source: 'contract', contractId: 'press', versionChoice: 'fixed', fixedVersion: 7 }, { contracts }));
    assert.match(loggedErrors().join('\n'), /The contract "press" has no version 7; it has 1, 2\./);
  });

  it('checks each device against the contract of its profile, in the version it is pinned to; without one it passes, and is counted', async () => {
    await load(flowWith({ source: 'profile' }, { contracts, profiles: [{ name: 'press', contract: 'press' }, { name: 'odd' }] }));
    const { registry } = backend();
    for (const [id, profile] of [['press-1', 'press'], ['press-2', 'press'], ['odd-1', 'odd']] as const) registry.issue({ id, kind: 'device', profile });
    registry.update('press-2', { contractVersion: 1 });
    const [valid, refused] = [collect('out0'), collect('out1')];
    sendBatch('n', ['press-1', 'press-2', 'odd-1', 'stranger'].map((device) => sampleOf(device, 1, { temperature: 80 })));
    await until(() => valid.length === 1 && refused.length === 1, 'both came out');
    assert.deepEqual(samplesIn(valid).map(({ device, contract }) => [device, contract?.version]), [['press-2', 1], ['odd-1', undefined], ['stranger', undefined]]);
    assert.deepEqual(samplesIn(refused).map(({ device, contract }) => [device, contract?.version]), [['press-1', 2]]);
    await until(() => statusOf('n').text === '1 valid · 1 refused · 2 without contract', 'its status says so');
  });

  it('does not name the contract of a node before it where its own is not there', async () => {
    await load(flowWith({ source: 'profile', outcome: 'quarantine' }, { profiles: [{ name: 'press', contract: 'pres' }] }));
    sendSingly('n', [{ ...sampleOf('press-1', 1, { temperature: 80 }), profile: 'press', contract: { id: 'other', version: 4 } }]);
    const waiting = () => backend().quarantine.list({}, { limit: 10 }).entries;
    await until(() => waiting().length === 1, 'it waits');
    assert.deepEqual([waiting()[0]?.contract, waiting()[0]?.reasons?.map(({ rule }) => rule)], [undefined, ['contract']]);
    assert.match(waiting()[0]?.detail ?? '', /The backend has no contract "pres"\./);
  });
});

describe('what holdfast-validate does with what breaks the contract', () => {
  useRuntime();
  const schema = JSON.stringify(upTo(100, { 'x-unit': 'Cel', 'x-coerce': ['number', 'unit'] }));
  const BROKEN = [
    { ...sampleOf('press-1', 1, { temperature: 60 }), metrics: { temperature: { unit: 'Cel' } } },
    sampleOf('press-1', 2, { temperature: 140, other: true }),
    { ...sampleOf('press-1', 3, { temperature: '70.5' }), metrics: { temperature: { unit: 'Cel', q: 4 as const, flags: ['clock'] } } },
    { ...sampleOf('press-1', 4, { temperature: 104 }), metrics: { temperature: { unit: '[degF]' } } },
  ];
  const waiting = () => backend().quarantine.list({}, { limit: 100 }).entries.toReversed();

  for (const [form, send] of [['singly', sendSingly], ['in a batch', sendBatch]] as const) {
    describe(form, () => {
      it('lets it pass, flagged and suspect at best', async () => {
        await load(flowWith({ schema, outcome: 'accept' }));
        const [valid, refused] = [collect('out0'), collect('out1')];
        send('n', BROKEN);
        await until(() => samplesIn(valid).length === 4, 'all passed');
        assert.equal(refused.length, 0);
        assert.deepEqual(samplesIn(valid).map(({ metrics }) => metrics?.['temperature']), [
          { unit: 'Cel' }, { flags: ['contract'], q: 3 }, { unit: 'Cel', q: 4, flags: ['clock', 'contract'] }, { unit: '[degF]', flags: ['contract'], q: 3 },
        ]);
        assert.ok(samplesIn(valid).every((sample) => !('refused' in sample) && sample.metrics?.['other'] === undefined));
        await until(() => statusOf('n').text === '4 valid · 3 flagged', 'its status says so');
      });

      it('coerces what the contract allows, keeps what came, and puts the rest into quarantine', async () => {
        await load(flowWith({ schema, outcome: 'coerce' }));
        const valid = collect('out0');
        send('n', BROKEN);
        await until(() => samplesIn(valid).length === 3 && waiting().length === 1, 'all have gone their way');
        assert.deepEqual(samplesIn(valid).map(({ values, metrics }) => [values['temperature'], metrics?.['temperature']?.unit, metrics?.['temperature']?.raw]), [[60, 'Cel', undefined], [70.5, 'Cel', '70.5'], [40, 'Cel', 104]]);
        assert.deepEqual(samplesIn(valid)[2]?.metrics?.['temperature']?.flags, ['coerced']);
        assert.match(waiting()[0]?.detail ?? '', /temperature is 140; the contract allows at most 100/);
        await until(() => statusOf('n').text === '3 valid · 1 quarantined · 2 coerced', 'its status says so');
      });

      it('puts it into quarantine, with all its reasons and the contract, and says done when it is there', async () => {
        await load(flowWith({ contract: 'hall', contractVersion: 4, schema: JSON.stringify({ ...upTo(100), required: ['pressure'] }), outcome: 'quarantine' }));
        const [valid, refused, completed] = [collect('out0'), collect('out1'), collect('completed')];
        send('n', BROKEN.slice(1, 3));
        await until(() => completed.length === (send === sendBatch ? 1 : 2), 'it is done');
        assert.deepEqual([valid.length, refused.length], [0, 0]);
        assert.deepEqual(waiting().map(({ reason, contract, reasons }) => [reason, contract, reasons?.map(({ rule }) => rule).toSorted()]), [
          ['contract', { id: 'hall', version: 4 }, ['maximum', 'required']], ['contract', { id: 'hall', version: 4 }, ['required', 'type']],
        ]);
      });
    });
  }

  it('needs a backend to put something into quarantine, and says so', async () => {
    await load(flowWith({ schema, outcome: 'quarantine', backend: '' }));
    assert.deepEqual(loggedErrors(), ['This node has no backend. Open it and choose one, or make a new one there.']);
  });

  it('counts as refused in the ledger what the contract refused and nothing stores', async () => {
    await load(flowOf(onTab({ id: 'n', type: 'holdfast-validate', schema, wires: [['out'], [], []] }), ['n']));
    ingest(3, 99);
    await until(() => backend().inbox.ledger.inFlight === 0 && backend().inbox.ledger.read().total.received === 3, 'all have settled');
    assert.deepEqual([backend().inbox.ledger.read().total.refused, backend().inbox.ledger.read().total.difference], [{ contract: 1 }, 0]);
  });

  it('reads a node of an older flow as it was: its own schema, and refused what breaks it', async () => {
    await load(flowOfOne({ ...VALIDATE, version: 1 }, 2, temporaryDirectory()));
    const refused = collect('out1');
    sendSingly('n', temperatures('press-1', 140));
    await until(() => refused.length === 1, 'it was refused');
  });
});

describe('the drift that holdfast-validate tells of', () => {
  useRuntime();
  const usual = sampleOf('press-1', 1, { temperature: 60, mode: 'auto', fw: '2.1.0' });
  const drifted = sampleOf('press-1', 2, { temperature: 60, mode: 'auto', humidity: 40, fw: '2.2.0' });
  const SCHEMA_WITH_FW = JSON.stringify({ properties: { temperature: { type: 'number' }, mode: {}, fw: {} } });

  for (const [form, send] of [['singly', sendSingly], ['in a batch', sendBatch]] as const) {
    it(`leaves as one message, with device, firmware and contract, when samples come ${form}`, async () => {
      await load(flowWith({ contract: 'press', contractVersion: 3, schema: SCHEMA_WITH_FW }));
      const [valid, drift] = [collect('out0'), collect('out2')];
      send('n', [usual, drifted, { ...drifted, id: 'again', ts: drifted.ts + 1_000 }]);
      await until(() => samplesIn(valid).length === 3 && drift.length > 0, 'all came');
      assert.equal(drift.length, 1);
      const { topic, payload, iot } = drift[0] ?? {};
      const { message, ...rest } = payload as { message: string };
      assert.equal(topic, 'press-1');
      assert.deepEqual(rest, { kind: 'new', metric: 'humidity', was: null, is: 'number', device: 'press-1', firmware: '2.2.0', contract: { id: 'press', version: 3 }, ts: drifted.ts });
      assert.deepEqual(iot, { v: 1, kind: 'drift', id: `drift/press/3/new/humidity/${drifted.ts}`, device: 'press-1', ts: drifted.ts, contract: { id: 'press', version: 3 } });
      assert.match(message, /^press-1 \(firmware 2\.2\.0\) sends humidity, a number, which is not in the contract press \(version 3\)\./);
    });
  }

  it('is not told again after a restart, and the dialog still knows it', async () => {
    const directory = temporaryDirectory();
    const flow = flowWith({ contract: 'press', contractVersion: 3, schema: SCHEMA_WITH_FW }, { directory });
    await load(flow);
    const before = collect('out2');
    sendSingly('n', [usual, drifted]);
    await until(() => before.length === 1, 'it was told');
    await unload();
    await load(flow);
    const [valid, after] = [collect('out0'), collect('out2')];
    sendSingly('n', [{ ...drifted, id: 'later', ts: drifted.ts + 60_000 }]);
    await until(() => valid.length === 1, 'it came through');
    await aMoment();
    assert.equal(after.length, 0);
    const { body } = (await helper.request().get('/holdfast-validate/n/drift')) as { body: { drifts: Array<{ metric: string; samples: number }> } };
    assert.deepEqual(body.drifts.map(({ metric, samples }) => [metric, samples]), [['humidity', 2]]);
  });
});

describe('learning a contract from a holdfast-validate node', () => {
  useRuntime();
  type Answer = { status: number; body: Record<string, unknown> };
  const ask = async (path: string, body?: object): Promise<Answer> => (body ? await helper.request().post(`/holdfast-validate/n/${path}`).send(body) : await helper.request().get(`/holdfast-validate/n/${path}`)) as Answer;
  const MANY = Array.from({ length: 60 }, (_, index) => sampleOf(`press-${index % 3}`, index, { temperature: 20 + index / 10, running: true }));

  it('watches live samples only when asked, proposes, and says what an edited schema would have refused', async () => {
    await load(flowWith({}));
    const valid = collect('out0');
    sendBatch('n', MANY);
    await until(() => valid.length === 1, 'they came through');
    assert.deepEqual((await ask('learn')).body, { state: 'idle', samples: 0, devices: 0, metrics: 0, unusable: 0, others: 0 });
    const nothing = await ask('learn/proposal', {});
    assert.deepEqual([nothing.status, nothing.body['error']], [400, 'Nothing has been learned yet. Watch live samples, or read the history.']);
    assert.equal((await ask('learn', { source: 'live' })).body['state'], 'watching');
    sendBatch('n', MANY);
    await until(() => valid.length === 2, 'they came through');
    const { samples, devices } = (await ask('learn')).body;
    assert.deepEqual([samples, devices], [60, 3]);
    const proposal = (await ask('learn/proposal', { margin: 0 })).body as { schema: { properties: object; required: string[] }; refusals: { refused: number } };
    assert.deepEqual(proposal.schema.properties, { running: { type: 'boolean' }, temperature: { type: 'number', minimum: 20, maximum: 25.9 } });
    assert.equal(proposal.refusals.refused, 0);
    const edited = (await ask('learn/refusals', { schema: JSON.stringify(upTo(25.65)) })).body as { refused: number; reasons: Array<{ message: string }> };
    assert.equal(edited.refused, 3);
    assert.match(edited.reasons[0]?.message ?? '', /temperature is 25\.7; the contract allows at most 25\.65/);
    const wrong = await ask('learn/refusals', { schema: '{"typ":"object"}' });
    assert.deepEqual([wrong.status, /Did you mean "type"/.test(String(wrong.body['error']))], [400, true]);
    const stopped = (await helper.request().delete('/holdfast-validate/n/learn')) as Answer;
    assert.equal(stopped.body['state'], 'stopped');
    sendBatch('n', MANY);
    await until(() => valid.length === 3, 'they came through');
    assert.equal((await ask('learn')).body['samples'], 60);
  });

  it('reads the history of a profile', async () => {
    await load(flowWith({}));
    const { store, registry } = backend();
    registry.issue({ id: 'press-1', kind: 'device', profile: 'press' });
    const recent = MANY.map((sample, index) => ({ ...sample, ts: Date.now() - index * 1_000 }));
    await new Promise<void>((resolve, reject) => store.write(recent, (error) => (error ? reject(error) : resolve())));
    let progress = (await ask('learn', { source: 'history', backend: 'data', period: 'hour', profile: 'press' })).body;
    while (progress['state'] === 'reading') progress = (await ask('learn')).body;
    assert.deepEqual(progress, { state: 'done', source: 'history', samples: 20, devices: 1, metrics: 2, unusable: 0, others: 0, history: { devices: 1, read: 1 } });
    const { status, body } = await ask('learn', { source: 'history', backend: 'data', period: 'year' });
    assert.deepEqual([status, body['error']], [400, 'period is "year". Choose one of: hour, day, week.']);
  });

  it('says that a node is to be deployed first', async () => {
    await load(flowWith({}));
    const { status, body } = (await helper.request().get('/holdfast-validate/gone/learn')) as Answer;
    assert.deepEqual([status, body['error']], [400, 'This node is not running yet. Deploy the flow first.']);
  });
});
