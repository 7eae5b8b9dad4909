import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { NodeInitializer } from 'node-red';
import type { Sample } from '../../core/sample/sample.ts';
import { list, number, text } from '../../nodes/harness/config.ts';
import { defineNode } from '../../nodes/harness/define-node.ts';
import type { Behaviour } from '../../nodes/harness/define-node.ts';
import { aMoment, collect, load, loggedErrors, node, sentenceOf, statusOf, statusesOf, temporaryDirectory, unload, until, useRuntime } from '../support/node-helper.ts';
import { flowOfOne, samplesIn, sendBatch, sendSingly, temperatures } from '../support/sample-messages.ts';

const temperatureOf = ({ values }: Sample): number => Number(values['temperature']);

/** A node of type `holdfast-trial` that does what the test says. */
function trial(behaviour: Behaviour<'first' | 'second'>): NodeInitializer {
  return defineNode('holdfast-trial', { config: { version: 1, properties: {} }, outputs: ['first', 'second'], start: () => behaviour });
}
const flow = (more: object = {}) => flowOfOne({ type: 'holdfast-trial', ...more }, 2, temporaryDirectory());

describe('defineNode', () => {
  useRuntime();

  it('sends samples by the name of the output, in the form in which they came', async () => {
    await load(flow(), [trial({ sample: (sample, send) => send(temperatureOf(sample) > 2 ? { second: sample } : { first: sample }) })]);
    const [first, second] = [collect('out0'), collect('out1')];
    sendBatch('n', temperatures('press-1', 1, 2, 3, 4));
    sendSingly('n', temperatures('press-1', 5));
    await until(() => second.length === 2 && first.length === 1, 'all came');
    assert.deepEqual(samplesIn(first).map(temperatureOf), [1, 2]);
    assert.deepEqual(samplesIn(second).map(temperatureOf), [3, 4, 5]);
    assert.equal(Array.isArray(second[1]?.payload), false);
  });

  it('gives each output a message of its own', async () => {
    await load(flow(), [trial({ sample: (sample, send) => send({ first: sample, second: sample }) })]);
    const [first, second] = [collect('out0'), collect('out1')];
    sendSingly('n', temperatures('press-1', 1));
    await until(() => first.length + second.length === 2, 'both came');
    assert.notEqual(first[0], second[0]);
    assert.notEqual(first[0]?.['iot'], second[0]?.['iot']);
    assert.deepEqual(samplesIn(first), samplesIn(second));
  });

  it('says done when the last sample of a batch is, and sends them together', async () => {
    await load(flow(), [trial({ sample: async (sample, send) => {
      await wait(temperatureOf(sample) * 10);
      send({ first: sample });
    } })]);
    const out = collect('out0');
    const completed = collect('completed');
    sendBatch('n', temperatures('press-1', 5, 1, 3));
    await until(() => completed.length > 0, 'it is done');
    await aMoment();
    assert.deepEqual([completed.length, out.length, samplesIn(out).length], [1, 1, 3]);
  });

  it('says done(error) once when several samples of a batch fail, and sends none of them', async () => {
    await load(flow(), [trial({ sample: async (sample, send) => {
      await wait(5);
      if (temperatureOf(sample) > 1) throw new Error(`cannot do ${temperatureOf(sample)}`);
      send({ first: sample });
    } })]);
    const [out, caught, completed] = [collect('out0'), collect('caught'), collect('completed')];
    sendBatch('n', temperatures('press-1', 1, 2, 3));
    await until(() => caught.length > 0, 'it was caught');
    await aMoment();
    assert.deepEqual([out.length, caught.length, completed.length], [0, 1, 0]);
    assert.match(sentenceOf(caught[0]), /cannot do 2/);
  });

  it('survives a sample that throws while another one of the batch is about to fail', async () => {
    const rejections: unknown[] = [];
    const note = (error: unknown): void => void rejections.push(error);
    process.on('unhandledRejection', note);
    await load(flow(), [trial({ sample: (sample) => {
      if (temperatureOf(sample) > 1) throw new Error('thrown at once');
      return wait(10).then(() => Promise.reject(new Error('failed later')));
    } })]);
    const caught = collect('caught');
    sendBatch('n', temperatures('press-1', 1, 2));
    await until(() => caught.length > 0, 'it was caught');
    await aMoment();
    process.off('unhandledRejection', note);
    assert.deepEqual([caught.length, rejections.length], [1, 0]);
  });

  it('turns whatever is thrown into a sentence', async () => {
    await load(flow(), [trial({ message: (message) => {
      throw message.payload;
    } })]);
    const caught = collect('caught');
    for (const payload of ['just text', { code: 'S0201', message: 'an object with a message' }]) node('n').receive({ payload });
    await until(() => caught.length === 2, 'both were caught');
    assert.match(sentenceOf(caught[0]), /just text/);
    assert.match(sentenceOf(caught[1]), /an object with a message/);
  });

  it('closes a node that fails to close', async () => {
    await load(flow(), [trial({ close: () => Promise.reject(new Error('stuck')) })]);
    await unload();
  });

  it('takes the place of settings that older versions saved', async () => {
    let config: unknown;
    const renamed = defineNode('holdfast-trial', {
      config: {
        version: 3,
        properties: { limit: number({ default: 5 }), label: text({ default: 'none' }), rows: list([], (value) => String(value)) },
        migrations: [({ maximum, ...rest }) => ({ ...rest, limit: maximum }), (saved) => ({ ...saved, label: `was ${String(saved['label'])}` })],
      },
      outputs: [],
      start(context) {
        config = context.config;
        return {};
      },
    });
    for (const [saved, expected] of [
      [{ maximum: 7, label: 'a' }, { limit: 7, label: 'was a', rows: [] }],
      [{ version: 2, limit: 8, label: 'b', rows: ['x'] }, { limit: 8, label: 'was b', rows: ['x'] }],
      [{ version: 3, limit: '9', label: 'c' }, { limit: 9, label: 'c', rows: [] }],
    ] as const) {
      await load(flow(saved), [renamed]);
      assert.deepEqual(config, expected);
      assert.deepEqual(loggedErrors(), []);
      await unload();
    }
  });
});

describe('the status of a node', () => {
  useRuntime();

  it('changes at most once a second, and ends with the truth', async () => {
    await load(flowOfOne({ type: 'holdfast-validate' }, 2, temporaryDirectory()));
    const before = statusesOf('n').length;
    const completed = collect('completed');
    sendSingly('n', temperatures('press-1', ...Array.from({ length: 300 }, (_, index) => index)));
    await until(() => completed.length === 300, 'all are done');
    await until(() => statusOf('n').text === '300 valid', 'its status tells of all');
    assert.ok(statusesOf('n').length - before <= 2, `${statusesOf('n').length - before} changes`);
  });
});
