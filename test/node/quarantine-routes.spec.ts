import assert from 'node:assert/strict';
import type { QuarantineSummary, ReleaseProgress } from '../../core/quarantine/quarantine.ts';
import type { ShownPage } from '../../core/quarantine/review/shown-page.ts';
import type { CheckAnswer } from '../../core/quarantine/review/verdict.ts';
import { flowOf } from '../support/ingest-flow.ts';
import { backend, collect, deploy, helper, load, until, useRuntime } from '../support/node-helper.ts';
import { quarantine } from '../support/quarantined.ts';

const PATH = '/holdfast-backend/data/quarantine';
const UNREADABLE = { reason: 'syntax', detail: 'The payload is no JSON. Mend the device.' };

describe('the quarantine by the admin API', () => {
  useRuntime();

  const get = async <Body>(query = ''): Promise<Body> => {
    const { status, body } = await helper.request().get(`${PATH}${query}`);
    assert.equal(status, 200, JSON.stringify(body));
    return body as Body;
  };
  const post = (path: string, body: object): PromiseLike<{ status: number; body: unknown }> => helper.request().post(`${PATH}/${path}`).send(body);
  const values = (messages: Array<{ payload?: unknown }>): unknown[] => messages.map(({ payload }) => payload);

  beforeEach('two that broke a contract, one that cannot be read', async () => {
    await load(flowOf([], ['out']));
    await quarantine('{"ts":1767225600000,"temperature":300}');
    await quarantine(Uint8Array.of(0xff, 0x00), { device: 'press-2', cause: UNREADABLE });
    await quarantine('{"ts":1767225660000,"temperature":301}');
  });

  it('lists what waits, the newest first, with all bytes and what a person can read of them', async () => {
    const { entries, count, next } = await get<ShownPage>();
    assert.deepEqual({ count, next }, { count: 3, next: undefined });
    assert.deepEqual(entries.map(({ device }) => device), ['press-1', 'press-2', 'press-1']);
    const [newest, binary] = entries;
    assert.equal(Buffer.from(newest?.payload ?? '', 'base64').toString(), '{"ts":1767225660000,"temperature":301}');
    assert.deepEqual(newest?.preview, { kind: 'text', text: '{"ts":1767225660000,"temperature":301}', cut: false });
    assert.deepEqual([newest?.contract, newest?.reasons?.length, newest?.reason], [{ id: 'press', version: 1 }, 2, 'contract']);
    assert.deepEqual(binary?.preview, { kind: 'hex', text: 'ff 00', cut: false });
  });

  it('lists by reason, device, contract and time, a page at a time', async () => {
    const first = await get<ShownPage>('?contract=press&limit=1');
    assert.deepEqual([first.count, first.entries.length], [2, 1]);
    const second = await get<ShownPage>(`?contract=press&limit=1&before=${first.next}`);
    assert.ok((second.entries[0]?.id ?? 0) < (first.entries[0]?.id ?? 0));
    assert.equal((await get<ShownPage>('?reason=syntax')).entries[0]?.device, 'press-2');
    assert.equal((await get<ShownPage>('?device=press-1')).count, 2);
    assert.equal((await get<ShownPage>('?from=-1h')).count, 3);
    assert.equal((await get<ShownPage>('?to=-1h')).count, 0);
  });

  it('counts by reason, device and contract', async () => {
    const { waiting, byReason, byDevice, byContract } = await get<QuarantineSummary>('/summary');
    assert.deepEqual({ waiting, byReason, byDevice, byContract }, { waiting: 3, byReason: { contract: 2, syntax: 1 }, byDevice: { 'press-1': 2, 'press-2': 1 }, byContract: { press: 2 } });
  });

  it('drives in again what is meant, with the original time and marked historical, and says how far it is', async () => {
    const out = collect('out');
    assert.deepEqual(await get('/release'), {});
    const { status, body } = await post('release', { filter: { contract: 'press' } });
    assert.deepEqual([status, (body as ReleaseProgress).total], [200, 2]);
    await until(() => out.length === 2, 'both went through the flow');
    assert.deepEqual(values(out), [{ temperature: 300 }, { temperature: 301 }]);
    assert.deepEqual(out.map(({ iot }) => iot as { historical: boolean; ts: number }).map(({ historical, ts }) => [historical, ts]), [[true, 1_767_225_600_000], [true, 1_767_225_660_000]]);
    await until(() => backend().quarantine.progress()?.state === 'done', 'the release is over');
    const { released, skipped } = await get<ReleaseProgress>('/release');
    assert.deepEqual([released, skipped, (await get<ShownPage>()).count], [2, 0, 1]);
  });

  it('stops a release', async () => {
    await Promise.all(Array.from({ length: 3_000 }, (_, index) => quarantine(`{"temperature":${index}}`)));
    await post('release', { filter: {} });
    const { status, body } = await helper.request().delete(`${PATH}/release`);
    assert.deepEqual([status, (body as ReleaseProgress).state], [200, 'cancelled']);
    assert.ok((await get<ShownPage>()).count > 0);
  });

  it('drops what is meant, and nothing when there is more than was seen', async () => {
    const refused = await post('drop', { filter: { device: 'press-1' }, expected: 1 });
    assert.equal(refused.status, 400);
    assert.match(JSON.stringify(refused.body), /2 entries are meant by now, and 1 were expected\. Nothing was dropped/);
    assert.equal((await get<ShownPage>()).count, 3);
    const { entries } = await get<ShownPage>('?device=press-1');
    await quarantine('{"temperature":302}');
    assert.deepEqual((await post('drop', { filter: { device: 'press-1', upTo: entries[0]?.id }, expected: 2 })).body, { dropped: 2 });
    const left = await get<ShownPage>();
    assert.deepEqual(left.entries.map(({ preview }) => preview.text), ['{"temperature":302}', 'ff 00']);
    assert.equal((await get<QuarantineSummary>('/summary')).dropped, 2);
  });

  it('says what would become of entries today, and moves none', async () => {
    backend().contracts.set([{ id: 'press', versions: [{ version: 1, schema: { type: 'object' } }] }]);
    const { entries } = await get<ShownPage>();
    const { body } = await post('check', { filter: {} });
    const { verdicts, counts } = body as CheckAnswer;
    assert.deepEqual(counts, { passes: 2, readable: 0, breaks: 0, unreadable: 1, unknown: 0 });
    assert.equal(verdicts.length, 3);
    const one = (await post('check', { ids: [entries[1]?.id] })).body as CheckAnswer;
    assert.deepEqual(one.verdicts.map(({ outcome }) => outcome), ['unreadable']);
    assert.equal((await get<ShownPage>()).count, 3);
  });

  it('exports entries as lines of JSON, the oldest first', async () => {
    const lines = await exported(`${PATH}/export?contract=press`);
    assert.deepEqual(lines.map(({ device, payload }) => [device, Buffer.from(String(payload), 'base64').toString()]), [['press-1', '{"ts":1767225600000,"temperature":300}'], ['press-1', '{"ts":1767225660000,"temperature":301}']]);
  });

  it('holds no more than the dialog of the backend allows, and counts what had to go as lost', async () => {
    const flow = flowOf([], ['out']).map((one) => (one.id === 'data' ? { ...one, quarantineEntries: 2, quarantineSize: 1, quarantineAge: 30 } : one));
    await deploy(flow, 'full');
    await until(() => backend().quarantine.summary().waiting === 0, 'it is a directory of its own');
    for (let index = 0; index < 5; index += 1) await quarantine(`{"temperature":${index}}`);
    await until(() => backend().quarantine.summary().waiting === 2, 'the oldest have gone');
    const { put, lost } = await get<QuarantineSummary>('/summary');
    assert.deepEqual({ put, lost }, { put: 5, lost: 3 });
  });

  const WRONG: Array<{ method: 'get' | 'post'; path: string; body?: object; says: RegExp }> = [
    { method: 'get', path: '?devise=press-1', says: /devise.*is not known/ },
    { method: 'get', path: '?limit=0', says: /limit is .*whole number from 1 to 1000/ },
    { method: 'get', path: '?before=x', says: /before is/ },
    { method: 'get', path: '?device=a&device=b', says: /device is a list/ },
    { method: 'get', path: '/export?from=soon', says: /from is \\"soon\\", which is no time/ },
    { method: 'post', path: '/release', body: {}, says: /filter is undefined\. Give an object/ },
    { method: 'post', path: '/release', body: { device: 'press-1' }, says: /field \\"device\\", which is not known\. Send filter, channel/ },
    { method: 'post', path: '/release', body: { filter: {}, channel: 7 }, says: /channel is no text/ },
    { method: 'post', path: '/drop', body: { filter: {} }, says: /expected is undefined\. Say how many/ },
    { method: 'post', path: '/drop', body: { filter: { ids: [] }, expected: 3 }, says: /ids is an empty list/ },
    { method: 'post', path: '/check', body: { ids: ['x'] }, says: /ids has \\"x\\"/ },
    { method: 'post', path: '/check', body: { limit: 1e9 }, says: /limit is 1000000000/ },
  ];
  for (const { method, path, body, says } of WRONG) {
    it(`refuses ${method.toUpperCase()} ${path} ${body ? JSON.stringify(body) : ''} with a sentence, and does nothing`, async () => {
      const answer = await (method === 'get' ? helper.request().get(`${PATH}${path}`) : helper.request().post(`${PATH}${path}`).send(body ?? {}));
      assert.equal(answer.status, 400);
      assert.match(JSON.stringify(answer.body), says);
      assert.equal((await get<ShownPage>()).count, 3);
    });
  }
});

/** The objects in an answer of lines of JSON. */
async function exported(path: string): Promise<Array<Record<string, unknown>>> {
  const { text } = (await helper.request().get(path)) as unknown as { text: string };
  return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
}
