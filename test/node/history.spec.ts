import assert from 'node:assert/strict';
import type { Sample } from '../../core/sample/sample.ts';
import { aMoment, backend, collect, deploy, helper, load, loggedErrors, node, sentenceOf, statusOf, temporaryDirectory, until, useRuntime } from '../support/node-helper.ts';
import type { FlowNode, Message } from '../support/node-helper.ts';
import { minute } from '../support/ingest-flow.ts';
import { flowOfOne, sampleOf, temperatures } from '../support/sample-messages.ts';
import { heldAt, openGate } from '../support/test-nodes.ts';

/** From the first to the last sample, and a minute more. */
const PERIOD = { from: String(minute(0)), to: String(minute(6)), timeZone: 'UTC' };
const RAW = { ...PERIOD, kind: 'raw', metrics: 'temperature', output: 'table' };

describe('the history node', () => {
  useRuntime();

  async function write(samples: readonly Sample[]): Promise<void> {
    await new Promise<void>((resolve, reject) => backend().store.write(samples, (error) => (error ? reject(error) : resolve())));
  }

  /** Starts the node with these settings, six temperatures of press-1 and two of press-2 in its store. */
  async function start(settings: object, more: (flow: FlowNode[]) => FlowNode[] = (flow) => flow): Promise<FlowNode[]> {
    const flow = more(flowOfOne({ type: 'holdfast-history', ...settings }, 1, temporaryDirectory()));
    await load(flow);
    await write([...temperatures('press-1', 60, 61, 62, 63, 64, 65), sampleOf('press-2', 0, { temperature: 20, mode: 'auto' }), sampleOf('press-2', 1, { temperature: 22, mode: 'rest' })]);
    return flow;
  }

  /** The answer to a message; all its parts are there when the node is done. */
  async function ask(message: object = {}): Promise<Message[]> {
    const out = collect('out0');
    const ended = ['completed', 'caught'].map(collect);
    node('n').receive(message);
    await until(() => ended.some(({ length }) => length > 0), 'it is done or has failed');
    await aMoment(10);
    assert.deepEqual(ended[1]!.map(sentenceOf), []);
    return out;
  }

  async function failure(message: object): Promise<string> {
    const caught = collect('caught');
    node('n').receive(message);
    await until(() => caught.length > 0, 'it was caught');
    return sentenceOf(caught[0]);
  }

  const rows = ({ payload }: Message): Array<Record<string, unknown>> => payload as Array<Record<string, unknown>>;
  const values = (messages: readonly Message[]): unknown[] => messages.flatMap(rows).map(({ value }) => value);

  it('answers with points for a chart, on the message that asked, and says what the answer is', async () => {
    await start({ ...PERIOD, devices: 'press-1', metrics: 'temperature', points: 3, aggregates: ['mean'] });
    const [answer, ...others] = await ask({ _msgid: 'abc123', payload: 1, recipe: { name: 'R2' } });
    assert.equal(others.length, 0);
    assert.deepEqual(answer!.payload, [60.5, 62.5, 64.5].map((y, index) => ({ series: 'press-1 temperature', x: minute(index * 2), y })));
    assert.deepEqual([answer!._msgid, answer!['recipe'], answer!['action'], answer!['parts'], answer!['complete']], ['abc123', { name: 'R2' }, 'replace', undefined, undefined]);
    const { milliseconds, ...history } = answer!['history'] as Record<string, unknown>;
    assert.deepEqual(history, { kind: 'aggregate', from: minute(0), to: minute(6), timeZone: 'UTC', rows: 3, rollups: false, notices: [] });
    assert.ok(typeof milliseconds === 'number' && milliseconds >= 0);
    await until(() => statusOf('n').fill === 'green', 'the status tells', 3_000);
    assert.match(statusOf('n').text ?? '', /^3 rows · \d+ ms$/);
  });

  it('answers with the readings themselves', async () => {
    await start(RAW);
    const [answer] = await ask();
    assert.deepEqual(rows(answer!).map(({ device, value }) => [device, value]), [...[60, 61, 62, 63, 64, 65].map((value) => ['press-1', value]), ['press-2', 20], ['press-2', 22]]);
    assert.deepEqual(Object.keys(rows(answer!)[0]!), ['time', 'ts', 'device', 'metric', 'value', 'quality']);
  });

  it('answers with the newest readings, and with those at a time', async () => {
    await start({ kind: 'latest', output: 'table' });
    const newest = (message: Message): unknown => Object.fromEntries(rows(message).map(({ device, metric, value }) => [`${String(device)} ${String(metric)}`, value]));
    const [latest] = await ask();
    assert.deepEqual(newest(latest!), { 'press-1 temperature': 65, 'press-2 mode': 'rest', 'press-2 temperature': 22 });
    const [at] = await ask({ query: { kind: 'at', at: minute(0) } });
    assert.deepEqual(newest(at!), { 'press-1 temperature': 60, 'press-2 mode': 'auto', 'press-2 temperature': 20 });
    assert.deepEqual((at!['history'] as { at: number }).at, minute(0));
  });

  it('answers with series, data and labels', async () => {
    await start({ ...RAW, output: 'series', devices: 'press-2', rowsPerMessage: 2, limit: 10 });
    const [answer] = await ask();
    assert.deepEqual(answer!.payload, [{ series: ['press-2 temperature'], data: [[{ x: minute(0), y: 20 }, { x: minute(1), y: 22 }]], labels: [''] }]);
  });

  it('answers with CSV and with JSON lines', async () => {
    const flow = await start({ ...RAW, output: 'csv', devices: 'press-2' });
    const [csv] = await ask();
    const iso = (index: number): string => new Date(minute(index)).toISOString().replace('Z', '+00:00');
    assert.equal(csv!.payload, `time,device,metric,value,unit,quality,flags,gap\r\n${iso(0)},press-2,temperature,20,,good,,\r\n${iso(1)},press-2,temperature,22,,good,,\r\n`.replaceAll('good', qualityIn(csv!)));
    await deploy(flow.map((one) => (one.id === 'n' ? { ...one, output: 'json-lines' } : one)), 'nodes');
    const [lines] = await ask();
    assert.deepEqual(String(lines!.payload).trim().split('\n').map((line) => (JSON.parse(line) as { value: number }).value), [20, 22]);
  });

  it('takes fields of msg.query in place of its own', async () => {
    await start({ ...PERIOD, devices: 'press-1', metrics: 'temperature', points: 3, aggregates: ['mean'], output: 'table' });
    const [byDay] = await ask({ query: { every: '1 day', aggregates: 'max,count', devices: '' } });
    assert.deepEqual(rows(byDay!).map(({ device, max, count }) => [device, max, count]), [['press-1', 65, 6], ['press-2', 22, 2]]);
    const [raw] = await ask({ query: { kind: 'raw', from: minute(4) } });
    assert.deepEqual(values([raw!]), [64, 65]);
  });

  for (const [what, query, says] of [
    ['a field that is not known', { device: 'press-1' }, /has a field "device", which is not known\. Use: kind, devices/],
    ['a value that cannot be', { from: 'soon' }, /from is "soon", which is no time/],
    ['something that is no object', 'press-1', /msg\.query is "press-1"\. Make it an object/],
    ['more than goes into a message', { limit: 1_000_000 }, /limit is 1000000, and the whole answer is to leave in one message/],
  ] as const) {
    it(`refuses ${what} with a sentence, and goes on`, async () => {
      await start(RAW);
      assert.match(await failure({ query }), says);
      assert.equal(values(await ask()).length, 8);
    });
  }

  it('says where an answer goes on that was cut at its limit', async () => {
    await start({ ...RAW, limit: 5 });
    const [first] = await ask();
    const { next, notices } = first!['history'] as { next: string; notices: string[] };
    assert.match(notices.join(), /cut after 5 rows/);
    await until(() => statusOf('n').text?.startsWith('5 rows, then cut') === true, 'the status tells', 3_000);
    const [rest] = await ask({ query: { next } });
    assert.deepEqual(values([first!, rest!]), [60, 61, 62, 63, 64, 65, 20, 22]);
  });

  it('refuses questions out loud that come faster than they can be answered', async () => {
    await start({ ...RAW, devices: 'press-2' });
    const [answers, caught] = [collect('out0'), collect('caught')];
    for (let count = 0; count < 1_003; count += 1) node('n').receive({ payload: count });
    await until(() => answers.length + caught.length >= 1_003, 'each was answered or refused', 30_000);
    assert.equal(answers.length, 1_000);
    assert.match(sentenceOf(caught[0]), / 1,000 questions are waiting already.*Ask less often/);
  });

  it('sends an empty answer as well', async () => {
    await start({ ...RAW, devices: 'press-9', rowsPerMessage: 2 });
    const [answer, ...others] = await ask();
    assert.deepEqual([answer!.payload, answer!['complete'], others.length], [[], true, 0]);
    assert.match((answer!['history'] as { notices: string[] }).notices.join(), /There is nothing of "press-9"/);
  });

  describe('in parts', () => {
    it('numbers them as core split does, each with an id of its own, and marks the last', async () => {
      await start({ ...RAW, rowsPerMessage: 3 });
      const answer = await ask({ _msgid: 'abc123', topic: 'export', parts: { id: 'outer', index: 0, count: 1 } });
      assert.deepEqual(answer.map((message) => rows(message).length), [3, 3, 2]);
      assert.deepEqual(answer.map(({ parts }) => parts), [0, 1, 2].map((index) => ({ id: 'abc123', index, type: 'array', len: 3, ...(index === 2 && { count: 3 }), parts: { id: 'outer', index: 0, count: 1 } })));
      assert.deepEqual(answer.map(({ complete, topic }) => [complete, topic]), [[undefined, 'export'], [undefined, 'export'], [true, 'export']]);
      assert.equal(new Set(answer.map(({ _msgid }) => _msgid)).size, 3);
      assert.deepEqual(answer.map(({ history }) => (history as { rows: number }).rows), [3, 6, 8]);
    });

    it('has the header of CSV once', async () => {
      await start({ ...RAW, output: 'csv', rowsPerMessage: 5 });
      const answer = await ask();
      assert.deepEqual(answer.map(({ payload }) => String(payload).split('\r\n').filter((line) => line.startsWith('time,')).length), [1, 0]);
      assert.equal(answer.map(({ payload }) => payload).join('').split('\r\n').length, 10);
    });

    it('sends the next one when the flow is done with the one before, and not earlier', async () => {
      await start({ ...RAW, rowsPerMessage: 3 }, (flow) => [...flow.map((one) => (one.id === 'n' ? { ...one, wires: [['gate']] } : one)), { id: 'gate', type: 'test-gate', z: 'f', x: 0, y: 0, wires: [['out0']] }]);
      const completed = collect('completed');
      node('n').receive({});
      for (let part = 0; part < 3; part += 1) {
        await until(() => heldAt('gate').length === 1, `part ${part} is there`);
        await aMoment(80);
        assert.equal(heldAt('gate').length, 1);
        assert.equal((heldAt('gate')[0] as { parts?: { index: number } }).parts?.index, part);
        assert.equal(completed.length, 0, 'it is not done before the last part is taken');
        openGate('gate');
      }
      await until(() => completed.length === 1, 'it is done');
    });

    for (const [output, whole] of [['table', [60, 61, 62, 63, 64, 65, 20, 22]], ['csv', 8]] as const) {
      it(`lets core join put ${output} together, without waiting for what join holds`, async () => {
        await start({ ...RAW, output, rowsPerMessage: 3 }, (flow) => [...flow.map((one) => (one.id === 'n' ? { ...one, wires: [['join']] } : one)), { id: 'join', type: 'join', mode: 'auto', z: 'f', x: 0, y: 0, wires: [['out0']] }]);
        const [joined] = await ask({ topic: 'export' });
        if (output === 'table') assert.deepEqual(values([joined!]), whole);
        else assert.equal(String(joined!.payload).trim().split('\r\n').length - 1, whole);
        assert.equal(joined!.topic, 'export');
      });
    }

    it('ends when the node is closed, and says so in the log', async () => {
      const flow = await start({ ...RAW, rowsPerMessage: 3 }, (nodes) => [...nodes.map((one) => (one.id === 'n' ? { ...one, wires: [['gate']] } : one)), { id: 'gate', type: 'test-gate', z: 'f', x: 0, y: 0, wires: [['out0']] }]);
      node('n').receive({});
      await until(() => heldAt('gate').length === 1, 'the first part is there');
      await deploy(flow.map((one) => (one.id === 'n' ? { ...one, devices: 'press-2' } : one)), 'nodes');
      openGate('gate');
      await aMoment(100);
      assert.equal(heldAt('gate').length, 0, 'a part left after the node was closed');
      const logged = (helper._logSpy?.args ?? []).map(([{ msg }]) => String(msg));
      assert.ok(logged.includes('The history node was stopped before its answer was whole. Send the message again.'), logged.join('\n'));
      assert.deepEqual(loggedErrors(), []);
    });
  });

  it('answers one after another, in the order of the questions', async () => {
    await start({ ...RAW, rowsPerMessage: 3 });
    const out = collect('out0');
    const completed = collect('completed');
    for (const topic of ['one', 'two', 'three']) node('n').receive({ topic });
    await until(() => completed.length === 3, 'all are done');
    assert.deepEqual(out.map(({ topic }) => topic), ['one', 'one', 'one', 'two', 'two', 'two', 'three', 'three', 'three']);
  });

  describe('previews', () => {
    const preview = async (settings: object): Promise<{ status: number; body: Record<string, unknown> }> =>
      (await helper.request().post('/holdfast-history/not-deployed/preview').send({ backend: 'data', ...settings })) as { status: number; body: Record<string, unknown> };

    it('show what settings come to that nobody has deployed', async () => {
      await start(RAW);
      const { status, body } = await preview({ ...PERIOD, kind: 'aggregate', metrics: 'temperature', points: 3, aggregates: ['mean', 'min'] });
      assert.equal(status, 200, JSON.stringify(body));
      const series = body['series'] as Array<{ device: string; buckets: Array<{ values: object }> }>;
      assert.deepEqual(series.map(({ device }) => device), ['press-1', 'press-2']);
      assert.deepEqual(series[0]!.buckets.map((bucket) => bucket.values), [{ mean: 60.5, min: 60 }, { mean: 62.5, min: 62 }, { mean: 64.5, min: 64 }]);
      assert.deepEqual([body['rows'], body['cut'], body['from'], body['to'], body['timeZone']], [6, false, minute(0), minute(6), 'UTC']);
    });

    it('show some devices of many, and say so', async () => {
      await start(RAW);
      await write(Array.from({ length: 20 }, (_, index) => sampleOf(`van-${index}`, 1, { speed: index })));
      const { body } = await preview({ ...PERIOD, kind: 'raw' });
      assert.equal(new Set((body['series'] as Array<{ device: string }>).map(({ device }) => device)).size, 8);
      assert.equal(body['cut'], true);
    });

    for (const [what, settings, says] of [
      ['a setting', { from: 'soon' }, /from is "soon"/],
      ['no backend', { backend: '' }, /No backend is chosen/],
      ['a backend that is not deployed', { backend: 'nobody' }, /not running yet\. Deploy/],
    ] as const) {
      it(`say what is wrong with ${what}`, async () => {
        await start(RAW);
        const { status, body } = await preview(settings);
        assert.equal(status, 400);
        assert.match(String(body['error']), says);
      });
    }
  });
});

/** How a sample without a word about its quality is stored is not what these tests are about. */
function qualityIn({ payload }: Message): string {
  return String(payload).split('\r\n')[1]!.split(',')[5]!;
}
