import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backend, helper, load, loggedErrors, temporaryDirectory, unload, useRuntime } from '../support/node-helper.ts';
import type { FlowNode } from '../support/node-helper.ts';

const upTo = (maximum: number): object => ({ type: 'object', properties: { temperature: { type: 'number', maximum } } });
const press = (...maxima: number[]): object => ({ id: 'press', versions: maxima.map((maximum, index) => ({ version: index + 1, schema: upTo(maximum) })) });
const flow = (directory: string, contracts: unknown, more: object = {}): FlowNode[] => [{ id: 'f', type: 'tab' }, { id: 'data', type: 'holdfast-backend', directory, contracts, ...more }];

interface Answer {
  status: number;
  body: { [key: string]: unknown };
}

describe('the contracts of a backend node', () => {
  useRuntime();

  it('stay known in every version, over deploys that drop them', async () => {
    const directory = temporaryDirectory();
    await load(flow(directory, [press(100)]));
    await unload();
    await load(flow(directory, [press(100, 90)]));
    await unload();
    await load(flow(directory, []));
    assert.deepEqual(backend().contracts.versions('press'), [1, 2]);
    assert.equal(backend().contracts.of('press', 1).check({ temperature: 95 }).length, 0);
    assert.equal(backend().contracts.of('press').check({ temperature: 95 }).length, 1);
  });

  it('do not change under their number: the deploy says to raise the version, and the file keeps the former', async () => {
    const directory = temporaryDirectory();
    await load(flow(directory, [press(100)]));
    await unload();
    const before = readFileSync(join(directory, 'contracts.json'), 'utf8');
    await load(flow(directory, [press(80)]));
    assert.match(loggedErrors().join('\n'), /contracts, row 1, version 1 of "press" was in force with another schema.*Raise the version: give the new schema the number 2/);
    assert.equal(readFileSync(join(directory, 'contracts.json'), 'utf8'), before);
    const { status, body } = (await helper.request().get('/holdfast-backend/data/contracts')) as Answer;
    assert.deepEqual([status, /Raise the version/.test(String(body['error']))], [400, true]);
  });

  it('in a damaged file keep the backend from starting, and say so', async () => {
    const directory = temporaryDirectory();
    await load(flow(directory, [press(100)]));
    await unload();
    writeFileSync(join(directory, 'contracts.json'), '{"version":1,');
    await load(flow(directory, [press(100)]));
    assert.match(loggedErrors().join('\n'), /contracts\.json is damaged \(it is not JSON\)\. Restore it from a backup, or delete it/);
    assert.equal(readFileSync(join(directory, 'contracts.json'), 'utf8'), '{"version":1,');
  });

  it('are listed, checked and compared for the dialogs', async () => {
    await load(flow(temporaryDirectory(), [press(100, 90)]));
    const list = (await helper.request().get('/holdfast-backend/data/contracts')) as { body: unknown };
    assert.deepEqual(list.body, [{ ...press(100, 90), newest: 2 }]);
    const compare = async (body: object): Promise<Answer> => (await helper.request().post('/holdfast-backend/data/contracts/compare').send(body)) as Answer;
    const inline = await compare({ before: { schema: upTo(100) }, after: { schema: JSON.stringify(upTo(90)) } });
    assert.equal(inline.body['compatible'], false);
    const [change] = inline.body['changes'] as Array<{ kind: string; place: string; example: { values: { temperature: number } } }>;
    assert.deepEqual([change?.kind, change?.place], ['tighter', 'properties/temperature/maximum']);
    assert.ok(change!.example.values.temperature > 90 && change!.example.values.temperature <= 100);
    assert.deepEqual((await compare({ before: { id: 'press', version: 2 }, after: { id: 'press', version: 1 } })).body['compatible'], true);
    const based = { type: 'object', properties: { temperature: { $ref: 'contract:base' } } };
    const base = { id: 'base', versions: [{ version: 1, schema: { type: 'number' } }] };
    assert.deepEqual((await compare({ before: { schema: based }, after: { schema: based }, contracts: [base] })).body, { compatible: true, changes: [] });
    for (const [body, says] of [[{}, /nothing to compare/], [{ before: { id: 'saw' }, after: { id: 'press' } }, /no contract "saw"/], [{ before: { schema: '{' }, after: { schema: {} } }, /is not JSON/], [{ before: { schema: { typ: 1 } }, after: { schema: {} } }, /"typ" is no keyword/]] as const) {
      const { status, body: answer } = await compare(body);
      assert.equal(status, 400);
      assert.match(String(answer['error']), says);
    }
    const check = async (body: object): Promise<Answer> => (await helper.request().post('/holdfast-backend/data/contracts/check').send(body)) as Answer;
    assert.deepEqual((await check([press(100, 90, 80)])).status, 200);
    assert.match(String((await check([press(100, 70)])).body['error']), /Raise the version/);
    assert.deepEqual(backend().contracts.versions('press'), [1, 2], 'a check puts nothing in force');
  });

  it('are given to devices by profile, to a pinned one in its version, which a dialog sets', async () => {
    await load(flow(temporaryDirectory(), [press(100, 90)], { profiles: [{ name: 'press', contract: 'press' }, { name: 'free' }] }));
    const { registry, contracts } = backend();
    for (const [id, profile] of [['press-1', 'press'], ['free-1', 'free'], ['bare-1', '']] as const) registry.issue({ id, kind: 'device', profile });
    const patch = async (id: string, body: object): Promise<Answer> => (await helper.request().patch(`/holdfast-backend/data/principals/${id}`).send(body)) as Answer;
    assert.equal(contracts.forDevice('press-1')?.version, 2);
    const pinned = await patch('press-1', { contractVersion: 1 });
    assert.deepEqual([pinned.status, pinned.body['contractVersion'], contracts.forDevice('press-1')?.version], [200, 1, 1]);
    for (const [id, version, says] of [['press-1', 7, /cannot be pinned to version 7: the contract "press" has 1, 2\. Choose one of these/], ['free-1', 1, /its profile "free" has no contract/], ['bare-1', 1, /it has no profile/], ['press-1', '1', /contractVersion is "1"/]] as const) {
      const { status, body } = await patch(id, { contractVersion: version });
      assert.equal(status, 400);
      assert.match(String(body['error']), says);
    }
    await patch('press-1', { contractVersion: null });
    assert.equal(contracts.forDevice('press-1')?.version, 2);
  });
});
