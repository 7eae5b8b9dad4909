import assert from 'node:assert/strict';
import { flowOf, onTab } from '../support/ingest-flow.ts';
import { aMoment, backend, collect, load, node, sentenceOf, statusOf, statusesOf, temporaryDirectory, unload, until, useRuntime } from '../support/node-helper.ts';
import type { FlowNode, Message } from '../support/node-helper.ts';
import { quarantine } from '../support/quarantined.ts';
import { heldAt, openGate } from '../support/test-nodes.ts';

const UNREADABLE_BYTES = Uint8Array.of(0xff, 0x00);
const UNREADABLE = { reason: 'syntax', detail: 'The payload is no JSON. Mend the device.' };

/** An ingest node `in` to release into, and a quarantine node `q` with a collector at each output. */
function flow(properties: object = {}, { directory = temporaryDirectory(), entries = 'entries' } = {}): FlowNode[] {
  return flowOf(
    onTab(
      { id: 'q', type: 'holdfast-quarantine', backend: 'data', mode: 'commands', ...properties, wires: [[entries], ['progress']] },
      { id: 'entries', type: 'helper', wires: [] }, { id: 'progress', type: 'helper', wires: [] },
      { id: 'catch', type: 'catch', scope: ['q'], wires: [['caught']] }, { id: 'caught', type: 'helper', wires: [] },
      { id: 'complete', type: 'complete', scope: ['q'], wires: [['completed']] }, { id: 'completed', type: 'helper', wires: [] },
    ),
    ['out'], {}, directory,
  );
}

interface Entry {
  id: number;
  device: string;
  payload: string;
  preview: { text: string };
}

describe('holdfast-quarantine', () => {
  useRuntime();

  /** Sends a command and gives the answer on an output. */
  const command = async (payload: unknown, output = 'entries', more: object = {}): Promise<Message> => {
    const answers = collect(output);
    const caught = collect('caught');
    node('q').receive({ payload, ...more });
    await until(() => answers.length > 0 || caught.length > 0, 'there is an answer');
    assert.equal(caught.length, 0, sentenceOf(caught[0]));
    return answers[0] ?? {};
  };
  const refusal = async (payload: unknown): Promise<string> => {
    const caught = collect('caught');
    node('q').receive({ payload });
    await until(() => caught.length > 0, 'it is refused');
    return sentenceOf(caught[0]);
  };
  const someWait = async (): Promise<void> => {
    await quarantine('{"temperature":300}');
    await quarantine(UNREADABLE_BYTES, { device: 'press-2', cause: UNREADABLE });
    await quarantine('{"temperature":301}');
  };

  it('lists entries in plain JSON, page by page, on the message that asked', async () => {
    await load(flow());
    await someWait();
    const first = await command({ action: 'list', filter: { device: 'press-1' }, limit: 1 }, 'entries', { ticket: 7 });
    const [entry] = first.payload as Entry[];
    assert.deepEqual([first['ticket'], entry?.preview.text, Buffer.from(entry?.payload ?? '', 'base64').toString()], [7, '{"temperature":301}', '{"temperature":301}']);
    const { next, ...iot } = first['iot'] as { next?: number };
    assert.deepEqual(iot, { v: 1, kind: 'quarantine', action: 'list', count: 2 });
    const second = await command({ action: 'list', filter: { device: 'press-1' }, limit: 1, before: next });
    assert.equal((second.payload as Entry[])[0]?.preview.text, '{"temperature":300}');
  });

  it('sends each entry that comes, of those that the dialog means, when it is told to watch', async () => {
    await load(flow({ mode: 'watch', device: 'press-1' }));
    const entries = collect('entries');
    await someWait();
    await until(() => entries.length === 2, 'both were told of');
    assert.deepEqual(entries.map(({ topic, payload }) => [topic, (payload as Entry).preview.text]), [['press-1', '{"temperature":300}'], ['press-1', '{"temperature":301}']]);
    assert.deepEqual(entries[0]?.['iot'], { v: 1, kind: 'quarantine', action: 'watch' });
    await aMoment();
    assert.equal(entries.length, 2);
  });

  it('sends nothing unasked when it is not', async () => {
    await load(flow());
    const entries = collect('entries');
    await someWait();
    await aMoment();
    assert.equal(entries.length, 0);
  });

  it('sends the next entry when the flow has taken the one before', async () => {
    await load(flow({ mode: 'watch' }, { entries: 'gate' }).concat(onTab({ id: 'gate', type: 'test-gate', wires: [['entries']] })));
    await someWait();
    await until(() => heldAt('gate').length === 1, 'the first is held');
    await aMoment();
    assert.equal(heldAt('gate').length, 1);
    const entries = collect('entries');
    for (let count = 1; count <= 3; count += 1) {
      await until(() => heldAt('gate').length === 1, 'the next is held');
      openGate('gate');
      await until(() => entries.length === count, 'it went on');
    }
  });

  it('holds a bounded number of entries for a flow that takes none, and says that the others wait in quarantine', async () => {
    await load(flow({ mode: 'watch' }, { entries: 'gate' }).concat(onTab({ id: 'gate', type: 'test-gate', wires: [['entries']] })));
    const warnings: string[] = [];
    node('q').on('call:warn', (call: { args: [string] }) => void warnings.push(call.args[0]));
    await Promise.all(Array.from({ length: 1_500 }, (_, index) => quarantine(`{"temperature":${index}}`)));
    await until(() => warnings.length > 0, 'it warns');
    assert.match(warnings[0] ?? '', /entries since the start of this node came faster than the flow takes them.*They are in quarantine/);
    assert.equal(backend().quarantine.summary().waiting, 1_500);
  });

  it('counts what waits by reason, device and contract', async () => {
    await load(flow());
    await someWait();
    const { payload } = await command('summary');
    const { waiting, byReason, byContract } = payload as { waiting: number; byReason: object; byContract: object };
    assert.deepEqual({ waiting, byReason, byContract }, { waiting: 3, byReason: { contract: 2, syntax: 1 }, byContract: { press: 2 } });
  });

  it('drives entries in again, tells of it on its second output, and of the end last', async () => {
    await load(flow());
    await someWait();
    const out = collect('out');
    const progress = collect('progress');
    node('q').receive({ payload: { action: 'release', filter: { reason: 'contract' } }, ticket: 8 });
    const last = (): Record<string, unknown> => (progress.at(-1)?.payload ?? {}) as Record<string, unknown>;
    await until(() => last()['state'] === 'done', 'the last message says that it is done');
    assert.deepEqual(out.map(({ payload }) => payload), [{ temperature: 300 }, { temperature: 301 }]);
    const { released, total, share } = last();
    assert.deepEqual({ released, total, share, iot: progress.at(-1)?.['iot'] }, { released: 2, total: 2, share: 1, iot: { v: 1, kind: 'progress' } });
    assert.equal(progress[0]?.['ticket'], 8);
    await until(() => statusOf('q').text === '1 waiting', 'the status counts what is left');
    assert.ok(statusesOf('q').some(({ fill, text }) => fill === 'blue' && /^released \d+ of 2 · \d+ %$/.test(text ?? '')), JSON.stringify(statusesOf('q')));
  });

  it('tells of a release that somebody else began', async () => {
    await load(flow());
    await someWait();
    const progress = collect('progress');
    await backend().quarantine.release({ device: 'press-1' });
    await until(() => (progress.at(-1)?.payload as { state?: string } | undefined)?.state === 'done', 'it tells of the end');
    assert.equal(progress.length <= 3, true);
  });

  it('tells nothing of a release that ended before it started', async () => {
    const directory = temporaryDirectory();
    await load(flow({}, { directory }));
    await someWait();
    await backend().quarantine.release({ device: 'press-1' });
    await until(() => backend().quarantine.progress()?.state === 'done', 'it is over');
    await unload();
    await load(flow({}, { directory }));
    const progress = collect('progress');
    await aMoment(1_200);
    assert.equal(progress.length, 0);
  });

  it('stops a release', async () => {
    await load(flow());
    await Promise.all(Array.from({ length: 3_000 }, (_, index) => quarantine(`{"temperature":${index}}`)));
    await backend().quarantine.release({});
    const { payload } = await command('cancel', 'progress');
    assert.equal((payload as { state: string }).state, 'cancelled');
    assert.ok(backend().quarantine.summary().waiting > 0);
  });

  it('drops what a filter means, and nothing when there is more than expected', async () => {
    await load(flow());
    await someWait();
    assert.match(await refusal({ action: 'drop' }), /has no filter\. Say which entries are to go/);
    assert.match(await refusal({ action: 'drop', filter: {}, expected: 2 }), /3 entries are meant by now, and 2 were expected/);
    assert.equal(backend().quarantine.summary().waiting, 3);
    assert.deepEqual((await command({ action: 'drop', filter: { device: 'press-1' } })).payload, { dropped: 2 });
    assert.equal(backend().quarantine.summary().waiting, 1);
  });

  it('checks against the contracts of today', async () => {
    await load(flow());
    await someWait();
    backend().contracts.set([{ id: 'press', versions: [{ version: 1, schema: { type: 'object', properties: { temperature: { maximum: 300 } } } }] }]);
    const { payload, iot } = await command({ action: 'check' });
    assert.deepEqual((payload as Array<{ outcome: string }>).map(({ outcome }) => outcome), ['breaks', 'unreadable', 'passes']);
    assert.deepEqual((iot as { counts: object }).counts, { passes: 1, readable: 0, breaks: 1, unreadable: 1, unknown: 0 });
  });

  it('exports in parts that core join puts together', async () => {
    await load(flow({}, { entries: 'join' }).concat(onTab({ id: 'join', type: 'join', mode: 'auto', wires: [['entries']] })));
    await someWait();
    const { payload } = await command({ action: 'export', limit: 1 });
    const lines = String(payload).trim().split('\n').map((line) => JSON.parse(line) as Entry);
    assert.deepEqual(lines.map((line) => Buffer.from(line.payload, 'base64').toString('latin1')), ['{"temperature":300}', '\u00ff\u0000', '{"temperature":301}']);
  });

  it('exports nothing as one empty text', async () => {
    await load(flow());
    const { payload, iot, complete } = await command('export');
    assert.deepEqual([payload, (iot as { count: number }).count, complete], ['', 0, true]);
  });

  it('lets a message widen and narrow what the dialog says', async () => {
    await load(flow({ device: 'press-2' }));
    await someWait();
    assert.equal(((await command('list')).payload as Entry[]).length, 1);
    assert.equal(((await command({ action: 'list', filter: { device: '' } })).payload as Entry[]).length, 3);
    assert.equal(((await command({ action: 'list', filter: { reason: 'contract' } })).payload as Entry[]).length, 0);
  });

  const WRONG: Array<{ payload: unknown; says: RegExp }> = [
    { payload: undefined, says: /msg\.payload is undefined, which is no command\. Send msg\.payload such as/ },
    { payload: 7, says: /msg\.payload is 7/ },
    { payload: ['list'], says: /msg\.payload is a list/ },
    { payload: {}, says: /msg\.payload has no action/ },
    { payload: { action: 'lost' }, says: /action is "lost"\. Choose one of: list, summary/ },
    { payload: { action: ['drop'] }, says: /action is a list/ },
    { payload: { action: 'release', device: 'press-1' }, says: /msg\.payload has a field "device".*belong into filter/ },
    { payload: { action: 'list', filter: 'press-1' }, says: /filter is "press-1"\. Give an object/ },
    { payload: { action: 'list', filter: { from: {} } }, says: /from is of the type object, which is no time/ },
    { payload: { action: 'list', limit: 1e9 }, says: /limit is 1000000000\. Give a whole number from 1 to 10000/ },
    { payload: { action: 'drop', filter: {}, expected: 'all' }, says: /expected is "all"/ },
    { payload: { action: 'release', channel: {} }, says: /channel is of the type object/ },
    { payload: 'cancel', says: /There is no release to stop/ },
    { payload: JSON.parse('{"action":"list","filter":{"__proto__":{"device":"x"}}}'), says: /"__proto__", which is not known/ },
  ];
  it('refuses what is no command with field, value and cure, and goes on', async () => {
    await load(flow());
    await someWait();
    for (const { payload, says } of WRONG) assert.match(await refusal(payload), says, JSON.stringify(payload));
    assert.equal(backend().quarantine.summary().waiting, 3);
    assert.equal(((await command('list')).payload as Entry[]).length, 3);
  });

  it('says done once for each command', async () => {
    await load(flow());
    await someWait();
    const completed = collect('completed');
    for (const payload of ['list', 'summary', 'check', 'export', { action: 'release', filter: { reason: 'syntax' } }]) node('q').receive({ payload });
    await until(() => completed.length === 5, 'all are done');
    await aMoment();
    assert.equal(completed.length, 5);
  });
});
