import assert from 'node:assert/strict';
import { readdirSync, renameSync, rmSync } from 'node:fs';
import type { Sample } from '../../core/sample/sample.ts';
import { aMoment, backend, collect, deploy, load, loggedErrors, node, sentenceOf, statusOf, temporaryDirectory, unload, until, useRuntime } from '../support/node-helper.ts';
import { flowOfOne, sampleOf, samplesIn, sendBatch, sendSingly, temperatures } from '../support/sample-messages.ts';

const SCHEMA = '{"type":"object","required":["temperature"],"properties":{"temperature":{"type":"number","maximum":100}}}';

/** The nodes that take samples, with what makes each of them do something. */
const SAMPLE_NODES = [
  { type: 'holdfast-validate', outputs: 2, contract: 'press', contractVersion: 3, schema: SCHEMA },
  { type: 'holdfast-quality', outputs: 4, tests: [{ test: 'gross_range_test', options: { failSpan: [0, 100] } }, { metric: 'temperature', test: 'spike_test', options: { suspectThreshold: 20 } }] },
  { type: 'holdfast-quality', outputs: 4, wiring: 'split', tests: [{ test: 'gross_range_test', options: { suspectSpan: [0, 60], failSpan: [0, 100] } }], alterations: [{ onBad: 'interpolate' }] },
  { type: 'holdfast-detect', outputs: 1, version: 2, sensitivity: 7 },
  { type: 'holdfast-store', outputs: 1 },
  { type: 'holdfast-alarm', outputs: 1, alarm: 'Overheating', metric: 'temperature', raiseLimit: 90, clearLimit: 80 },
];

const SAMPLES: Sample[] = [
  ...temperatures('press-1', 60, 60.4, 59.8, 60.2, 59.9, 60.1, 95, 120, 85, 79, 60),
  ...temperatures('press-2', 20, 20.1, 20.3, 99, 70, 20.2, 20, 20.1, 20.4),
  sampleOf('press-3', 1, { pressure: 4, label: 'no temperature', running: true, gap: null }),
];

describe('every node that takes samples', () => {
  useRuntime();

  for (const { outputs, ...properties } of SAMPLE_NODES) {
    const { type } = properties;
    const names = Array.from({ length: outputs }, (_, index) => `out${index}`);

    describe(type, () => {
      it('does with a batch just what it does with its samples one by one', async () => {
        const results: unknown[] = [];
        for (const send of [sendSingly, sendBatch]) {
          await load(flowOfOne(properties, outputs, temporaryDirectory()));
          const out = names.map(collect);
          const completed = collect('completed');
          send('n', SAMPLES);
          await until(() => completed.length === (send === sendBatch ? 1 : SAMPLES.length), 'all are done');
          await until(() => out.some(({ length }) => length > 0), 'something came out');
          await aMoment();
          const told = out.map((messages) => (type === 'holdfast-alarm' ? messages.map(({ _msgid, ...message }) => message) : samplesIn(messages)));
          const stored = ['press-1', 'press-2', 'press-3'].map((device) => backend().store.range({ device, metric: 'temperature', from: 0, to: 1e15 }));
          results.push({ told, stored });
          if (send === sendBatch && type !== 'holdfast-alarm') assert.ok(out.every((messages) => messages.length <= 1), 'a batch was taken apart');
          await unload();
        }
        assert.deepEqual(results[1], results[0]);
      });

      it('keeps the id of a message and properties it does not know', async () => {
        await load(flowOfOne(properties, outputs, temporaryDirectory()));
        const out = names.map(collect);
        const hot = temperatures('press-1', 95);
        const more = { _msgid: 'abc123', recipe: { name: 'R2' } };
        sendSingly('n', hot, more);
        sendBatch('n', temperatures('press-2', 95), more);
        await until(() => out.flat().length === 2, 'both came out');
        for (const message of out.flat()) {
          assert.equal(message._msgid, 'abc123');
          if (type !== 'holdfast-alarm') assert.deepEqual(message['recipe'], { name: 'R2' });
        }
      });

      it('says done once for each message', async () => {
        await load(flowOfOne(properties, outputs, temporaryDirectory()));
        const completed = collect('completed');
        sendSingly('n', SAMPLES);
        sendBatch('n', SAMPLES);
        await until(() => completed.length >= SAMPLES.length + 1, 'all are done');
        await aMoment();
        assert.equal(completed.length, SAMPLES.length + 1);
      });

      const WRONG: Array<{ what: string; message: object; says: RegExp }> = [
        { what: 'a message of another node', message: { topic: 'x', payload: 21 }, says: /put a holdfast-gateway or holdfast-ingest node before it/ },
        { what: 'a sample whose payload was replaced', message: { payload: 'hot', iot: { v: 1, kind: 'sample', ...sampleOf('p', 1, {}) } }, says: /msg\.payload is not an object of readings/ },
        { what: 'a batch with something else in it', message: { payload: [7], iot: { v: 1, kind: 'batch', count: 1 } }, says: /Element 0 of msg\.payload is not a sample/ },
      ];
      for (const { what, message, says } of WRONG) {
        it(`refuses ${what} with a sentence that a catch node gets, and goes on`, async () => {
          await load(flowOfOne(properties, outputs, temporaryDirectory()));
          const caught = collect('caught');
          const completed = collect('completed');
          node('n').receive(message);
          await until(() => caught.length === 1, 'it was caught');
          assert.match(sentenceOf(caught[0]), says);
          sendSingly('n', temperatures('press-1', 20));
          await until(() => completed.length === 1, 'the next one is done');
          assert.equal(caught.length, 1);
        });
      }

      it('leaves its directory free when the flow stops, and finds its data there again', async () => {
        const directory = temporaryDirectory();
        await load(flowOfOne(properties, outputs, directory));
        const completed = collect('completed');
        sendSingly('n', SAMPLES);
        await until(() => completed.length === SAMPLES.length, 'all are done');
        await unload();
        assert.ok(readdirSync(directory).every((file) => !file.endsWith('-wal')), `a file is still open: ${readdirSync(directory).join(', ')}`);
        renameSync(directory, `${directory}-moved`);
        await load(flowOfOne(properties, outputs, `${directory}-moved`));
        sendSingly('n', SAMPLES);
        assert.deepEqual(loggedErrors(), []);
        await unload();
        rmSync(`${directory}-moved`, { recursive: true });
      });

      it('can be removed while it works', async () => {
        const flow = flowOfOne(properties, outputs, temporaryDirectory());
        await load(flow);
        sendSingly('n', SAMPLES);
        sendBatch('n', SAMPLES);
        await deploy(flow.filter(({ id }) => id !== 'n'), 'nodes');
        await aMoment();
        assert.deepEqual(loggedErrors(), []);
      });
    });
  }
});

describe('every node', () => {
  useRuntime();
  const TYPES = ['gateway', 'ingest', 'validate', 'quality', 'detect', 'store', 'alarm', 'simulator', 'subscriber', 'history', 'quarantine'].map((name) => `holdfast-${name}`);

  for (const type of TYPES.filter((name) => name !== 'holdfast-validate')) {
    it(`${type} says so when it has no backend`, async () => {
      await load(flowOfOne({ type, backend: '', port: 1 }, 1, temporaryDirectory()));
      assert.deepEqual(loggedErrors(), ['This node has no backend. Open it and choose one, or make a new one there.']);
      assert.deepEqual([statusOf('n').fill, statusOf('n').shape], ['red', 'ring']);
    });

    it(`${type} says so when its backend cannot work`, async () => {
      await load(flowOfOne({ type, port: 1 }, 1, '/dev/null/holdfast'));
      assert.match(loggedErrors().at(-1) ?? '', /The directory \/dev\/null\/holdfast cannot be made\. Choose another one/);
      assert.equal(statusOf('n').fill, 'red');
    });
  }

  const BAD: Array<{ type: string; says: RegExp; [property: string]: unknown }> = [
    { type: 'holdfast-gateway', port: 'mqtt', says: /port is "mqtt"\. Enter a whole number between 0 and 65535\./ },
    { type: 'holdfast-gateway', host: ' ', says: /has no address to listen on/ },
    { type: 'holdfast-ingest', device: '', says: /does not know which device/ },
    { type: 'holdfast-gateway', over: 'forget', says: /over is "forget"\. Choose one of: refuse, conflate, quarantine\./ },
    { type: 'holdfast-ingest', format: 'xml', says: /format is "xml"\. Choose one of/ },
    { type: 'holdfast-ingest', form: 'heap', says: /form is "heap"\. Choose one of: single, batch\./ },
    { type: 'holdfast-validate', schema: '{"type":', says: /schema/i },
    { type: 'holdfast-validate', schema: '{"minimun":3}', says: /minimun/ },
    { type: 'holdfast-validate', contract: '', says: /has no name/ },
    { type: 'holdfast-quality', tests: [{ test: 'spike_test', options: { suspectThreshold: 'high' } }], says: /tests, row 1, spike_test, suspectThreshold, is "high"\. Enter a number/ },
    { type: 'holdfast-quality', tests: [{ test: 'sniff_test' }], says: /tests, row 1, has "sniff_test", which is no test/ },
    { type: 'holdfast-quality', alterations: [{ onBad: 'hide' }], says: /alterations, row 1, onBad, is "hide"\. Choose one of: keep, hold, interpolate, null/ },
    { type: 'holdfast-detect', version: 2, sensitivity: 10, says: /sensitivity/ },
    { type: 'holdfast-detect', version: 2, memory: 500_000, says: /memory/ },
    { type: 'holdfast-detect', version: 2, peers: 'profile', says: /no profile is named/ },
    { type: 'holdfast-detect', version: 2, maintenance: [{ days: [8], from: '22:00', to: '06:00' }], says: /maintenance windows, row 1/ },
    { type: 'holdfast-alarm', raiseLimit: 80, clearLimit: 90, says: /while it is still being raised/ },
    { type: 'holdfast-alarm', metric: '', says: /No metric is given/ },
    { type: 'holdfast-alarm', severity: 'fatal', says: /severity is "fatal"/ },
    { type: 'holdfast-simulator', fleet: [{ kind: 'toaster', count: 2 }], says: /no kind of device "toaster"/ },
    { type: 'holdfast-simulator', fleet: [{ kind: 'press', count: -1 }], says: /the count is "-1"/ },
    { type: 'holdfast-simulator', interval: 0, says: /interval is "0"/ },
    { type: 'holdfast-history', from: 'soon', says: /from is "soon", which is no time/ },
    { type: 'holdfast-history', every: '7 minutes', grid: 'every', says: /does not divide a day/ },
    { type: 'holdfast-history', limit: 200_000, says: /the whole answer is to leave in one message/ },
    { type: 'holdfast-history', aggregates: ['mode'], says: /Choose one of: min, max/ },
    { type: 'holdfast-quarantine', mode: 'guess', says: /mode is "guess"\. Choose one of: watch, commands\./ },
    { type: 'holdfast-quarantine', reason: 'x'.repeat(101), says: /reason has 101 characters/ },
    { type: 'holdfast-store', version: 99, says: /saved by a newer Holdfast/ },
  ];
  for (const { says, ...properties } of BAD) {
    const { type, ...shown } = properties;
    it(`${type} with ${JSON.stringify(shown)} shows a red ring and says what to mend`, async () => {
      await load(flowOfOne(properties, 1, temporaryDirectory()));
      assert.equal(loggedErrors().length, 1, loggedErrors().join('\n'));
      assert.match(loggedErrors()[0] ?? '', says);
      assert.deepEqual([statusOf('n').fill, statusOf('n').shape], ['red', 'ring']);
      const caught = collect('caught');
      sendSingly('n', temperatures('press-1', 20));
      await until(() => caught.length === 1, 'a message to it is an error');
      assert.match(sentenceOf(caught[0]), says);
    });
  }
});
