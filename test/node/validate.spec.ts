import assert from 'node:assert/strict';
import { collect, load, statusOf, temporaryDirectory, until, useRuntime } from '../support/node-helper.ts';
import { flowOfOne, sampleOf, samplesIn, sendBatch, sendSingly } from '../support/sample-messages.ts';

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
