import assert from 'node:assert/strict';
import type { QuarantineEntry } from '../../../core/quarantine/quarantine.ts';
import { turn } from '../inbox/fixture.ts';
import { CAUSE, numbered, QuarantineFixture, UNREADABLE } from './fixture.ts';

const DAY = 86_400_000;

describe('what waits in quarantine', () => {
  let fixture: QuarantineFixture;
  beforeEach(() => {
    fixture = new QuarantineFixture();
  });
  afterEach(() => {
    fixture.dispose();
    assert.deepEqual(fixture.problems, []);
  });

  it('keeps the bytes of its message, where it came from, and all reasons', () => {
    fixture.put(['{"temperature":"hot"}']);
    assert.deepEqual(fixture.entries(), [{
      id: 1, reason: 'contract', detail: 'The temperature is a text. Send a number.', reasons: [{ field: 'temperature', rule: 'type', message: 'It is a text.' }], contract: { id: 'press', version: 2 },
      device: 'press-1', principal: 'press-1', via: 'mqtt', topic: 'devices/press-1/telemetry', channel: 'gateway', received: 1_700_000_000_000, quarantined: 1_700_000_000_004, payload: new Uint8Array(Buffer.from('{"temperature":"hot"}')), format: 'auto',
    }]);
  });

  it('is listed newest first, a page at a time', () => {
    fixture.put(numbered(1, 5));
    const { quarantine } = fixture.inbox;
    const pages: number[][] = [];
    for (let before: number | undefined = Infinity; before !== undefined; ) {
      const page: { entries: QuarantineEntry[]; next?: number } = quarantine.list({}, { limit: 2, before });
      pages.push(page.entries.map(({ id }) => id));
      before = page.next;
    }
    assert.deepEqual(pages, [[5, 4], [3, 2], [1]]);
  });

  it('is found by reason, device, contract, reception, id, and all of them at once, and counted so', async () => {
    fixture.put(['a'], { device: 'press-1', received: 1_000 });
    fixture.put(['b'], { device: 'press-2', received: 2_000, cause: { ...CAUSE, contract: { id: 'oven', version: 1 } } });
    fixture.put(['c'], { device: 'press-2', received: 3_000, cause: UNREADABLE });
    const filters = [
      [{ reason: 'contract' }, 'ba'], [{ device: 'press-2' }, 'cb'], [{ contract: 'oven' }, 'b'], [{ from: 2_000 }, 'cb'], [{ to: 2_000 }, 'a'], [{ from: 2_000, to: 3_000 }, 'b'],
      [{ ids: [1, 3, 77] }, 'ca'], [{ upTo: 2 }, 'ba'], [{ device: 'press-2', reason: 'contract', contract: 'oven', from: 0, to: 9_000, ids: [2, 3], upTo: 3 }, 'b'],
      [{ device: 'press-9' }, ''], [{ contract: 'press', reason: 'contract' }, 'a'], [{ reason: 'type', from: 3_001 }, ''], [{ ids: [] }, ''],
    ] as const;
    for (const [filter, found] of filters) {
      assert.equal(fixture.texts(filter).join(''), found, JSON.stringify(filter));
      assert.equal(await fixture.inbox.quarantine.count(filter), found.length, JSON.stringify(filter));
    }
  });

  it('is found and counted among tens of thousands, and no question looks at all of them at once', async () => {
    fixture.put(['first'], { device: 'press-2', received: 500, cause: UNREADABLE });
    fixture.put(numbered(1, 25_000), { received: 1_000 });
    fixture.put(['last'], { device: 'press-2', received: 2_000, cause: UNREADABLE });
    const { quarantine } = fixture.inbox;
    await quarantine.drop({ ids: Array.from({ length: 500 }, (_, index) => 7_000 + index) });
    const rows = [
      [{ from: 0 }, 24_502], [{ to: 1_000 }, 1], [{ from: 1_000, to: 1_001 }, 24_500], [{ from: 2_000 }, 1], [{ upTo: 24_000 }, 23_500], [{ upTo: 7_100, from: 0 }, 6_999],
      [{ reason: 'contract', upTo: 21_000 }, 20_499], [{ device: 'press-1', upTo: 10 }, 9], [{ contract: 'press', reason: 'contract', upTo: 22_000 }, 21_499],
      [{ device: 'press-1', reason: 'contract', from: 1_000 }, 24_500], [{ device: 'press-1', from: 1_001 }, 0], [{ device: 'press-2', from: 1_001, upTo: 30_000 }, 1], [{ reason: 'type', contract: 'press' }, 0],
    ] as const;
    for (const [filter, count] of rows) assert.equal(await quarantine.count(filter), count, JSON.stringify(filter));
    assert.deepEqual(fixture.texts({ to: 1_000 }), ['first']);
    assert.deepEqual(fixture.texts({ reason: 'type', from: 0 }), ['last', 'first']);
    assert.deepEqual(fixture.texts({ device: 'press-1', to: 1_000 }), []);
    for (const filter of [{ to: 1_000 }, { reason: 'contract', to: 1_000 }, { device: 'press-1', to: 1_000 }]) assert.ok((quarantine.list(filter, { limit: 10 }).next ?? 0) > 1, JSON.stringify(filter));
  }).timeout(20_000);

  it('is found as well among thousands of one device', async () => {
    fixture.put(numbered(1, 2_200), { received: 1_000 });
    fixture.put(['x'], { received: 2_000, cause: UNREADABLE });
    fixture.put(['y'], { device: 'press-2', received: 2_000, cause: UNREADABLE });
    for (const filter of [{ reason: 'type' }, { from: 2_000 }, { reason: 'type', to: 3_000 }]) assert.deepEqual(fixture.texts({ device: 'press-1', ...filter }), ['x']);
    const ids: number[] = [];
    for (let before: number | undefined = Infinity; before !== undefined; ) {
      const page: { entries: QuarantineEntry[]; next?: number } = fixture.inbox.quarantine.list({ from: 1_000, to: 2_000 }, { limit: 150, before });
      ids.push(...page.entries.map(({ id }) => id));
      before = page.next;
    }
    assert.deepEqual(ids, Array.from({ length: 2_200 }, (_, index) => 2_200 - index));
    assert.deepEqual([await fixture.inbox.quarantine.count({ device: 'press-1', contract: 'press' }), await fixture.inbox.quarantine.count({ device: 'press-1', contract: 'oven' })], [2_200, 0]);
  });

  it('is summed up by reason, device and contract, also after a kill', async () => {
    fixture.put(['a', 'bb'], { received: 5_000 });
    fixture.put(['c'], { device: 'press-2', received: 4_000, cause: UNREADABLE });
    await fixture.inbox.quarantine.drop({ ids: [2] });
    const topics = 2 * 'devices/press-1/telemetry'.length;
    const summary = {
      waiting: 2, bytes: topics + 2, oldest: 4_000, byReason: { contract: 1, type: 1 }, byDevice: { 'press-1': 1, 'press-2': 1 }, byContract: { press: 1 },
      put: 3, released: 0, dropped: 1, lost: 0,
    };
    assert.deepEqual(fixture.inbox.quarantine.summary(), summary);
    fixture.crash();
    assert.deepEqual(fixture.inbox.quarantine.summary(), summary);
  });

  it('is summed up for the devices that have the most, where there are very many', () => {
    for (let device = 0; device < 1_200; device += 1) fixture.inbox.condemn('gateway', { via: 'mqtt', received: 1, device: `d${device}`, principal: '', topic: '', payload: Buffer.from('x') }, { reason: 'type', detail: 'no' }, () => undefined);
    fixture.clock.advance(4);
    fixture.put(numbered(1, 3), { device: 'often' });
    fixture.put(numbered(1, 2), { device: 'twice' });
    const { byDevice, byReason } = fixture.inbox.quarantine.summary();
    assert.deepEqual([Object.keys(byDevice).length, byDevice['often'], byDevice['twice'], byReason], [1_000, 3, 2, { type: 1_200, contract: 5 }]);
  });

  it('is dropped by what is asked for, and nothing that came later', async () => {
    fixture.put(numbered(1, 1_200));
    const dropping = fixture.inbox.quarantine.drop({ device: 'press-1', to: 1_700_000_000_001 });
    fixture.put(['late']);
    assert.equal(await dropping, 1_200);
    assert.deepEqual(fixture.texts(), ['late']);
    assert.equal(await fixture.inbox.quarantine.drop({ device: 'nobody' }), 0);
  });

  it('is exported as lines of JSON, oldest first, with its bytes in base64', async () => {
    fixture.put(numbered(1, 1_100));
    const lines: string[] = [];
    for await (const line of fixture.inbox.quarantine.export({ upTo: 1_050 })) lines.push(line);
    assert.equal(lines.length, 1_050);
    assert.ok(lines.every((line) => line.endsWith('}\n')));
    const entries = lines.map((line) => JSON.parse(line) as { id: number; payload: string; contract: object });
    assert.deepEqual(entries.map(({ payload }) => Buffer.from(payload, 'base64').toString()), numbered(1, 1_050));
    assert.deepEqual(entries[0]?.contract, { id: 'press', version: 2 });
  });

  it('is told of to those who watch, once it is on disk', async () => {
    const told: string[] = [];
    const end = fixture.inbox.quarantine.watch((entries) => void told.push(...entries.map(({ id, payload }) => `${id} ${Buffer.from(payload).toString()}`)));
    fixture.put(['a', 'b']);
    await turn();
    assert.deepEqual(told, ['1 a', '2 b']);
    end();
    fixture.put(['c']);
    await turn();
    assert.deepEqual(told, ['1 a', '2 b']);
  });

  it('goes when it is older than it may be, counted as lost, and nothing younger', async () => {
    fixture.inbox.quarantine.setBounds({ maximumRows: 100_000, maximumBytes: 1e9, maximumAge: DAY });
    fixture.put(numbered(1, 1_500));
    await fixture.run(100);
    fixture.clock.advance(DAY / 2);
    fixture.put(['young']);
    for (let hour = 0; hour < 13; hour += 1) fixture.clock.advance(DAY / 24);
    await fixture.run(1_000);
    assert.deepEqual([fixture.texts(), fixture.inbox.quarantine.summary().lost], [['young'], 1_500]);
  });

  it('does not go by age because the clock leaps far ahead, and the problem is told', async () => {
    fixture.inbox.quarantine.setBounds({ maximumRows: 100_000, maximumBytes: 1e9, maximumAge: DAY });
    fixture.put(['kept']);
    fixture.clock.advance(60_000);
    fixture.clock.setBack(-400 * DAY);
    fixture.clock.advance(120_000);
    await turn();
    assert.deepEqual(fixture.texts(), ['kept']);
    assert.match(String(fixture.problems.splice(0)[0]), /days more than the quarantine expected/);
  });

  it('stays at a start, however much it is, until the bounds are set', () => {
    fixture.inbox.quarantine.setBounds({ maximumRows: 300_000, maximumBytes: 1e9, maximumAge: 0 });
    for (let put = 0; put < 10; put += 1) fixture.put(numbered(1, 10_100));
    fixture.crash();
    fixture.clock.advance(120_000);
    assert.deepEqual([fixture.inbox.quarantine.summary().waiting, fixture.inbox.quarantine.summary().lost], [101_000, 0]);
  }).timeout(20_000);

  it('goes some at a time when the bounds are lowered', async () => {
    fixture.put(numbered(1, 3_000));
    fixture.inbox.quarantine.setBounds({ maximumRows: 10, maximumBytes: 1e9, maximumAge: 0 });
    fixture.clock.advance(5);
    assert.equal(fixture.inbox.quarantine.summary().waiting, 2_500);
    await fixture.run(100);
    assert.deepEqual(fixture.texts(), numbered(2_991, 3_000).toReversed());
    assert.equal(fixture.inbox.quarantine.summary().lost, 2_990);
  });
});
