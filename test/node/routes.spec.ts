import assert from 'node:assert/strict';
import { backend, collect, helper, load, node, temporaryDirectory, until, useRuntime } from '../support/node-helper.ts';
import { flowOfOne, sampleOf, sendSingly, temperatures } from '../support/sample-messages.ts';

interface Answer {
  status: number;
  body: { [key: string]: unknown };
}
const get = async (path: string): Promise<Answer> => (await helper.request().get(path)) as Answer;
const post = async (path: string, body: object): Promise<Answer> => (await helper.request().post(path).send(body)) as Answer;

describe('Try it', () => {
  useRuntime();

  it('shows what the settings of the dialog make of the last message, and changes nothing', async () => {
    await load(flowOfOne({ type: 'holdfast-alarm', alarm: 'Hot', metric: 'temperature', raiseLimit: 90, clearLimit: 80 }, 1, temporaryDirectory()));
    const out = collect('out0');
    const completed = collect('completed');
    sendSingly('n', temperatures('press-1', 70));
    await until(() => completed.length === 1, 'it is done');
    const { status, body } = await post('/holdfast-alarm/n/try', { alarm: 'Hot', metric: 'temperature', raiseLimit: 65, clearLimit: 60 });
    assert.equal(status, 200);
    assert.equal(body['summary'], 'The last message would raise this alarm for press-1.');
    assert.equal((body['message'] as { topic: string }).topic, 'press-1');
    assert.equal(out.length, 0);
    assert.equal(backend().state.load('n', 'press-2'), undefined);
  });

  it('has the message as it arrived, whatever nodes behind have made of it', async () => {
    const flow = flowOfOne({ type: 'holdfast-validate' }, 2, temporaryDirectory());
    flow.push({ id: 'spoil', type: 'change', z: 'f', x: 0, y: 0, rules: [{ t: 'set', p: 'payload', pt: 'msg', to: 'gone', tot: 'str' }, { t: 'delete', p: 'iot', pt: 'msg' }], wires: [['out0']] });
    await load(flow.map((one) => (one.id === 'n' ? { ...one, wires: [['spoil'], []] } : one)));
    const out = collect('out0');
    sendSingly('n', temperatures('press-1', 70));
    await until(() => out.length === 1, 'it was spoilt');
    const { status, body } = await post('/holdfast-validate/n/try', { schema: '{"type":"object","properties":{"temperature":{"maximum":60}}}' });
    assert.equal(status, 200, JSON.stringify(body));
    assert.match(String(body['summary']), /^1 of 1 samples in the last message break the contract/);
    assert.equal('contract' in (body['message'] as { iot: object }).iot, false);
  });

  it('reads a property of the flow where ingest does', async () => {
    const flow = flowOfOne({ type: 'holdfast-ingest' }, 3, temporaryDirectory());
    flow.push({ id: 'set', type: 'change', z: 'f', x: 0, y: 0, rules: [{ t: 'set', p: 'machine', pt: 'flow', to: 'press-7', tot: 'str' }], wires: [['n']] });
    await load(flow);
    const acknowledged = collect('out1');
    node('set').receive({ topic: 'press-1', payload: { temperature: 60 } });
    await until(() => acknowledged.length === 1, 'it arrived');
    const { body } = await post('/holdfast-ingest/n/try', { device: 'machine', deviceType: 'flow' });
    assert.equal(body['summary'], 'This is a sample of the device press-7.');
  });

  it('reads bytes in the format and by the profile that ingest would read them by', async () => {
    const flow = flowOfOne({ type: 'holdfast-ingest' }, 3, temporaryDirectory()).map((one) => (one.id === 'data' ? { ...one, profiles: [{ name: 'press', metrics: { temperature: { unit: 'Cel' } } }] } : one));
    await load(flow);
    backend().registry.issue({ id: 'press-1', kind: 'device', profile: 'press', children: [] });
    const refused = collect('out2');
    node('n').receive({ topic: 'press-1', payload: Buffer.from('a16b74656d7065726174757265183c', 'hex') });
    await until(() => refused.length === 1, 'as JSON it is refused');
    const asJson = await post('/holdfast-ingest/n/try', { backend: 'data' });
    assert.equal(asJson.status, 400, JSON.stringify(asJson.body));
    const { body } = await post('/holdfast-ingest/n/try', { backend: 'data', format: 'cbor' });
    assert.equal(body['summary'], 'This is a sample of the device press-1.');
    const [sample] = (body['result'] as { samples: Array<{ values: object; metrics: object }> }).samples;
    assert.deepEqual([sample?.values, sample?.metrics], [{ temperature: 60 }, { temperature: { unit: 'Cel' } }]);
  });

  it('says what is missing or wrong', async () => {
    await load(flowOfOne({ type: 'holdfast-validate' }, 2, temporaryDirectory()));
    const none = await post('/holdfast-validate/n/try', {});
    assert.equal(none.status, 400);
    assert.match(String(none.body['error']), /No message has reached this node since the last deploy/);
    const completed = collect('completed');
    sendSingly('n', temperatures('press-1', 70));
    await until(() => completed.length === 1, 'it is done');
    const wrong = await post('/holdfast-validate/n/try', { schema: '{' });
    assert.equal(wrong.status, 400);
    assert.match(String(wrong.body['error']), /schema/i);
  });

  for (const [type, summary] of [
    ['holdfast-detect', /these metrics are watched: temperature, pressure\./],
    ['holdfast-store', /The last message holds 2 readings: 2 stored/],
  ] as const) {
    it(`works for ${type}`, async () => {
      await load(flowOfOne({ type }, 1, temporaryDirectory()));
      const completed = collect('completed');
      sendSingly('n', [sampleOf('press-1', 1, { temperature: 60, pressure: 4 })]);
      await until(() => completed.length === 1, 'it is done');
      const { body } = await post(`/${type}/n/try`, {});
      assert.match(String(body['summary']), summary);
    });
  }
});

describe('the backend’s routes', () => {
  useRuntime();
  beforeEach(() => load(flowOfOne({ type: 'holdfast-store' }, 1, temporaryDirectory())));

  it('let devices in, list them without their secrets, and turn them away again', async () => {
    const { status, body } = await post('/holdfast-backend/data/principals', { id: 'press-7', kind: 'device', profile: 'press' });
    assert.equal(status, 200);
    const secret = String(body['secret']);
    assert.ok(Buffer.from(secret, 'base64url').length >= 32, 'a secret has 256 bits');
    assert.equal(backend().registry.authenticate('press-7', secret)?.profile, 'press');
    const list = await get('/holdfast-backend/data/principals');
    assert.deepEqual(list.body, [{ id: 'press-7', kind: 'device', profile: 'press', children: [] }]);
    assert.equal(((await helper.request().delete('/holdfast-backend/data/principals/press-7')) as Answer).status, 200);
    assert.equal(backend().registry.authenticate('press-7', secret), undefined);
  });

  it('give a device tags and a profile while its secret stays, and tell the tags that are known', async () => {
    const { body } = await post('/holdfast-backend/data/principals', { id: 'press-7', kind: 'device', tags: ['hall-2'] });
    const patch = async (id: string, change: object): Promise<Answer> => (await helper.request().patch(`/holdfast-backend/data/principals/${id}`).send(change)) as Answer;
    const changed = await patch('press-7', { profile: 'press', tags: ['hall-2', 'line a'] });
    assert.deepEqual([changed.status, changed.body], [200, { id: 'press-7', kind: 'device', profile: 'press', children: [], tags: ['hall-2', 'line a'] }]);
    assert.deepEqual(backend().registry.authenticate('press-7', String(body['secret'])), changed.body);
    assert.deepEqual((await get('/holdfast-backend/data/known')).body['tags'], ['hall-2', 'line a']);
    for (const [id, change, says] of [['press-7', { tags: ['a,b'] }, /The tag "a,b" cannot be used/], ['press-7', { tags: 'hall-2' }, /tags is not a list/], ['nobody', { tags: [] }, /There is no "nobody" to change/]] as const) {
      const refused = await patch(id, change);
      assert.equal(refused.status, 400);
      assert.match(String(refused.body['error']), says);
    }
  });

  for (const [what, body, says] of [
    ['an id that cannot be', { id: 'a/b' }, /The id "a\/b" cannot be used/],
    ['a kind that is not known', { id: 'a', kind: 'robot' }, /The kind "robot" is not known/],
    ['children of a device', { id: 'a', kind: 'device', children: ['b'] }, /cannot have children/],
    ['children that are no list', { id: 'a', kind: 'gateway', children: 'b' }, /children is not a list/],
  ] as const) {
    it(`refuse ${what} with a sentence`, async () => {
      const answer = await post('/holdfast-backend/data/principals', body);
      assert.equal(answer.status, 400);
      assert.match(String(answer.body['error']), says);
      assert.deepEqual(backend().registry.list(), []);
    });
  }

  it('tell the names of devices and metrics, and what is stored', async () => {
    const completed = collect('completed');
    sendSingly('n', temperatures('press-1', 60, 61, 62));
    await until(() => completed.length === 3, 'they are stored');
    const { body: known } = await get('/holdfast-backend/data/known');
    assert.deepEqual([known['devices'], known['metrics']], [['press-1'], ['temperature']]);
    const { body: status } = await get('/holdfast-backend/data/status');
    assert.deepEqual([status['readings'], status['quarantined'], status['quarantineDropped']], [3, 0, 0]);
  });

  it('tell what became of all messages, and of those of some devices', async () => {
    const intake = backend().intake('n');
    for (const device of ['press-1', 'press-2', 'press-3']) intake.refused('http', device, 'too-large');
    intake.refused('mqtt', '', 'login');
    intake.close();
    interface Ledger {
      total: { received: number; refused: object; difference: number };
      protocols: { http?: { received: number } };
      devices: { [device: string]: { http?: { refused: object } } };
      next?: string;
      quarantine: Record<string, number>;
    }
    const ledger = async (query: string): Promise<Ledger> => (await get(`/holdfast-backend/data/ledger?${query}`)).body as unknown as Ledger;
    const all = await ledger('limit=0');
    assert.deepEqual([all.total.received, all.total.refused, all.total.difference], [4, { 'too-large': 3, login: 1 }, 0]);
    assert.deepEqual([all.protocols.http?.received, all.devices, all.next], [3, {}, undefined]);
    assert.deepEqual(all.quarantine, { put: 0, waiting: 0, released: 0, dropped: 0, lost: 0 });
    const one = await ledger('device=press-2');
    assert.deepEqual([Object.keys(one.devices), one.devices['press-2']?.http?.refused], [['press-2'], { 'too-large': 1 }]);
    const page = await ledger('after=press-1&limit=1');
    assert.deepEqual([Object.keys(page.devices), page.next], [['press-2'], 'press-2']);
    for (let device = 0; device < 1_001; device += 1) backend().inbox.ledger.refused(backend().inbox.ledger.account(`van-${device}`, 'http'), 'rate');
    const most = await ledger('limit=5000');
    assert.equal(Object.keys(most.devices).length, 1_000, 'a page has at most a thousand');
    const rest = await ledger(`limit=5000&after=${most.next}`);
    assert.deepEqual([Object.keys(rest.devices).length, rest.next], [4, undefined]);
  });

  it('tell in the ledger what became of the entries of the quarantine, those that it had no room for as well', async () => {
    backend().quarantine.setBounds({ maximumRows: 2, maximumBytes: 1e6, maximumAge: 0 });
    for (let received = 1; received <= 5; received += 1) {
      await new Promise<void>((resolve, reject) => backend().inbox.condemn('n', { received, via: 'mqtt', device: 'press-1', principal: 'press-1', topic: 't', payload: Buffer.from('{') }, { reason: 'syntax', detail: 'It is cut off.' }, (error) => (error ? reject(error) : resolve())));
    }
    await until(() => backend().quarantine.summary().lost === 3, 'the oldest have gone');
    await backend().quarantine.drop({});
    const { body } = await get('/holdfast-backend/data/ledger');
    assert.deepEqual(body['quarantine'], { put: 5, waiting: 0, released: 0, dropped: 2, lost: 3 });
  });

  it('list the devices in quarantine, and let one go once', async () => {
    backend().reception.putInQuarantine('press-1', 'It sent more than 1 messages a second.');
    const list = (await get('/holdfast-backend/data/quarantined-devices')).body as unknown as Array<{ device: string; reason: string }>;
    assert.deepEqual(list.map(({ device, reason }) => [device, reason]), [['press-1', 'It sent more than 1 messages a second.']]);
    const release = async (): Promise<Answer> => (await helper.request().delete('/holdfast-backend/data/quarantined-devices/press-1')) as Answer;
    assert.equal((await release()).status, 200);
    assert.deepEqual((await get('/holdfast-backend/data/quarantined-devices')).body, []);
    const again = await release();
    assert.deepEqual([again.status, again.body['error']], [400, 'The device "press-1" is not in quarantine.']);
  });

  it('answer a question that cannot be answered with a sentence', async () => {
    for (const [path, says] of [
      ['ledger?limit=many', /limit is a number of devices/],
      ['ledger?device=a&device=b', /device is there more than once/],
      ['ledger?after[x]=b', /after is there more than once, or is no text/],
    ] as const) {
      const { status, body } = await get(`/holdfast-backend/data/${path}`);
      assert.equal(status, 400);
      assert.match(String(body['error']), says);
    }
    const { status, body } = await get('/holdfast-backend/nobody/status');
    assert.equal(status, 400);
    assert.match(String(body['error']), /not running yet\. Deploy/);
  });
});
