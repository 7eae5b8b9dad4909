import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../../../core/errors/holdfast-error.ts';
import { isDiskAtFault } from '../../../core/sqlite/storage-error.ts';
import { QueueFullError } from '../../../core/forward/queue/bounds.ts';
import { alarm, ForwardFixture, reading } from './fixture.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

const many = (device: string, from: number, count: number): ReturnType<typeof reading>[] => Array.from({ length: count }, (_, index) => reading(device, from + index));
const bounded = (bounds: { bytes: number; age?: number; full: 'refuse' | 'drop-oldest' | 'thin'; keepEvery?: number }): { queue: { bounds: { bytes: number; age: number; full: 'refuse' | 'drop-oldest' | 'thin'; keepEvery: number } } } => ({
  queue: { bounds: { age: 0, keepEvery: 4, ...bounds } },
});

describe('the queue of a forward node', () => {
  let fixture: ForwardFixture;
  afterEach(() => fixture.remove());

  it('queues once what the inbox brings again, while it waits, after it was delivered, and after a restart', async () => {
    fixture = new ForwardFixture();
    fixture.queueUp(reading('a', 1), reading('a', 2), reading('a', 1));
    assert.equal(fixture.queue.status.entries, 2);
    fixture.queueUp(reading('a', 1));
    await fixture.target.answer();
    fixture.clock.advance(1_000);
    assert.equal(fixture.queue.status.entries, 0);
    fixture.queueUp(reading('a', 2));
    await fixture.restart();
    fixture.queueUp(reading('a', 1), reading('a', 3));
    assert.equal(fixture.queue.status.entries, 1);
    assert.deepEqual([fixture.queue.counts.queued, fixture.queue.counts.duplicates, fixture.queue.counts.delivered], [3, 4, 2]);
  });

  it('takes an id with another time for another sample: an inbox that was begun anew numbers anew', () => {
    fixture = new ForwardFixture();
    fixture.queueUp(reading('a', 1), { ...reading('a', 1), ts: 5 });
    assert.equal(fixture.queue.status.entries, 2);
  });

  it('forgets ids in the end, and keeps their number within bounds', () => {
    fixture = new ForwardFixture({ queue: { remembered: 10 } });
    fixture.queueUp(reading('a', 1));
    for (let number = 100; number < 140; number += 1) fixture.queueUp(reading('a', number));
    fixture.queueUp(reading('a', 139));
    assert.equal(fixture.queue.counts.duplicates, 1);
    fixture.queueUp(reading('a', 1));
    assert.equal(fixture.queue.counts.duplicates, 1);
    const file = new DatabaseSync(fixture.path, { readOnly: true });
    assert.ok(Number(file.prepare('SELECT count(*) AS n FROM known').get()?.['n']) <= 30);
    file.close();
  });

  it('refuses what comes when it is full, as a disk that is full, so that it stays in the inbox, and takes it when there is room', async () => {
    fixture = new ForwardFixture(bounded({ bytes: 2_000, full: 'refuse' }));
    let failure: Error | undefined;
    let number = 0;
    while (!failure && number < 10_000) failure = fixture.queueUp(...many('a', (number += 100), 100));
    assert.ok(failure instanceof QueueFullError && isDiskAtFault(failure));
    assert.match(failure.message, /its bound is 2000: upstream takes less than comes in, or nothing\. What comes now stays in the inbox\./);
    const { entries } = fixture.queue.status;
    while (fixture.queue.status.entries > 0) {
      await fixture.target.answer();
      fixture.clock.advance(30);
    }
    assert.equal(fixture.queue.counts.delivered, entries);
    assert.equal(fixture.queueUp(reading('a', 1)), undefined);
  });

  it('drops the oldest readings at its bound, alarms last, and counts them', () => {
    fixture = new ForwardFixture(bounded({ bytes: 300_000, full: 'drop-oldest' }));
    fixture.queueUp(alarm('a', 1));
    for (let number = 0; number < 60_000; number += 500) assert.equal(fixture.queueUp(...many('a', number, 500)), undefined);
    const { queued, dropped } = fixture.queue.counts;
    const { entries, bytes } = fixture.queue.status;
    assert.ok(bytes <= 300_000, `${bytes} bytes are held`);
    assert.equal(entries + dropped.bytes, queued);
    assert.ok(dropped.bytes > 1_000);
    fixture.kill();
    assert.equal(fixture.target.batches[0]?.kind, 'alarm');
    assert.equal(fixture.queue.status.entries, entries);
  });

  it('thins the readings of each device out at its bound, the oldest first', () => {
    fixture = new ForwardFixture(bounded({ bytes: 300_000, full: 'thin' }));
    for (let number = 0; number < 30_000; number += 250) fixture.queueUp(...many('a', number, 250), ...many('b', number, 250));
    const { queued, dropped } = fixture.queue.counts;
    const { entries, bytes } = fixture.queue.status;
    assert.ok(bytes <= 330_000, `${bytes} bytes are held`);
    assert.equal(entries + dropped.thinned + dropped.bytes, queued);
    assert.ok(dropped.thinned > 0);
    fixture.kill();
    const left = new Map<string, number>();
    for (let taken = fixture.queue.take('backlog', 1_000, 1e9); taken.length > 0; taken = fixture.queue.take('backlog', 1_000, 1e9)) for (const { device } of taken) left.set(device, (left.get(device) ?? 0) + 1);
    assert.ok(Math.abs((left.get('a') ?? 0) - (left.get('b') ?? 0)) < 300, 'no device is spared');
  });

  it('drops readings that have waited too long, in memory and on disk, and no alarm', () => {
    fixture = new ForwardFixture(bounded({ bytes: 1e9, age: 60_000, full: 'refuse' }));
    fixture.queueUp(alarm('a', 1), ...many('a', 0, 3_000));
    fixture.clock.advance(120_000);
    fixture.queueUp(reading('b', 1));
    fixture.kill();
    const left = [...fixture.queue.take('alarms', 10_000, 1e9), ...fixture.queue.take('backlog', 10_000, 1e9), ...fixture.target.open.flatMap(({ batch }) => batch.items)].map(({ device }) => device);
    assert.ok(left.includes('b'));
    assert.ok(left.filter((device) => device === 'a').length <= 1);
  });

  it('gives up no reading by a clock that leaps far ahead, also over a restart and while nothing comes, and tells of it; when the clock is right again, by their age', async () => {
    fixture = new ForwardFixture(bounded({ bytes: 1e9, age: 10 * MINUTE, full: 'refuse' }));
    fixture.queueUp(...many('a', 0, 3_000));
    fixture.clock.advance(2 * MINUTE);
    fixture.clock.leap(365 * DAY);
    fixture.clock.advance(2 * MINUTE);
    await fixture.restart();
    fixture.clock.advance(2 * MINUTE);
    fixture.queueUp(reading('b', 1));
    assert.deepEqual([fixture.queue.counts.dropped.age, fixture.queue.status.entries], [0, 3_001]);
    assert.equal(fixture.problems.length, 2);
    for (const problem of fixture.problems) assert.match(messageOf(problem), /^The clock says 2024-11-13T.*, 365 days more than the queue .*forward-n\.sqlite expected\. .* for \d+ more hours/);
    fixture.clock.leap(-365 * DAY);
    fixture.clock.advance(8 * MINUTE);
    await fixture.target.answer({ kind: 'later', reason: 'down' });
    fixture.clock.advance(1_000);
    assert.ok(fixture.queue.status.entries < 3_000);
    assert.equal(fixture.queue.counts.dropped.age, 3_001 - fixture.queue.status.entries);
  });

  it('gives nothing up that is in memory, whatever the bound is', async () => {
    fixture = new ForwardFixture(bounded({ bytes: 1_000, full: 'drop-oldest' }));
    for (let number = 0; number < 2_000; number += 100) fixture.queueUp(...many('a', number, 100));
    let delivered = 0;
    while (fixture.queue.status.entries > 0) {
      delivered += (await fixture.target.answer()).items.length;
      fixture.clock.advance(30);
    }
    assert.deepEqual([delivered, fixture.queue.counts.dropped.bytes, fixture.queue.status], [2_000, 0, { entries: 0, bytes: 0, oldest: undefined }]);
  });

  it('queues anew what was refused, and keeps the books', async () => {
    fixture = new ForwardFixture({ forwarder: { batch: { entries: 1, bytes: 1e6, wait: 0 } } });
    fixture.queueUp(reading('a', 1), alarm('a', 2));
    for (let count = 0; count < 2; count += 1) await fixture.target.answer({ kind: 'refused', reason: 'no' });
    assert.deepEqual([fixture.queue.refusedKept, fixture.queue.status.entries], [2, 0]);
    fixture.kill();
    fixture.clock.advance(1_000);
    while (fixture.target.open.length > 0) await fixture.target.answer({ kind: 'refused', reason: 'no' });
    assert.equal(fixture.queue.sendRefusedAgain(10), 2);
    assert.deepEqual([fixture.queue.refusedKept, fixture.queue.status.entries], [0, 2]);
    assert.deepEqual(fixture.target.open.map(({ batch }) => batch.kind).toSorted(), ['alarm', 'reading']);
    while (fixture.target.open.length > 0) await fixture.target.answer();
    assert.deepEqual([fixture.queue.counts.delivered, fixture.queue.status.entries], [2, 0]);
  });

  it('sets aside a segment that cannot be read, says how many entries it held, and goes on', () => {
    fixture = new ForwardFixture();
    fixture.queueUp(...many('a', 0, 10));
    fixture.queueUp(...many('a', 10, 10));
    const file = new DatabaseSync(fixture.path);
    file.exec(`UPDATE segment SET data = x'00ff00ff' WHERE id = 1`);
    file.close();
    fixture.kill();
    assert.deepEqual(fixture.target.open.flatMap(({ batch }) => batch.items.map(({ id }) => id)), many('a', 10, 10).map(({ id }) => id));
    assert.equal(fixture.queue.counts.dropped.damaged, 10);
  });

  it('holds a window of a long backlog in memory, and the rest on disk alone', async () => {
    fixture = new ForwardFixture({ queue: { order: 'live-first' } });
    for (let number = 0; number < 30_000; number += 500) fixture.queueUp(...many('a', number, 500));
    fixture.clock.advance(20_000);
    assert.ok(fixture.queue.ready('live') + fixture.queue.ready('backlog') <= 10_500);
    let delivered = 0;
    while (fixture.queue.status.entries > 0) {
      delivered += (await fixture.target.answer()).items.length;
      fixture.clock.advance(30);
    }
    assert.equal(delivered, 30_000);
  });
});
