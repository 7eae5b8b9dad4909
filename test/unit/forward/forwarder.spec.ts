import assert from 'node:assert/strict';
import { alarm, ForwardFixture, reading, saidIn, START, turn } from './fixture.ts';

const ids = (batch: { items: readonly { id: string }[] } | undefined): string[] => (batch?.items ?? []).map(({ id }) => id);
const numbers = (device: string, from: number, count: number): ReturnType<typeof reading>[] => Array.from({ length: count }, (_, index) => reading(device, from + index));

describe('a forwarder', () => {
  let fixture: ForwardFixture;
  afterEach(() => fixture.remove());

  it('sends alarms before readings that came first', async () => {
    fixture = new ForwardFixture({ forwarder: { batch: { entries: 2, bytes: 1e6, wait: 0 } } });
    fixture.queueUp(...numbers('a', 1, 10));
    fixture.queueUp(alarm('a', 1));
    assert.deepEqual(fixture.target.open.map(({ batch }) => batch.kind), ['reading', 'alarm']);
    await fixture.target.answer();
    await fixture.target.answer();
    assert.deepEqual(fixture.target.open.map(({ batch }) => batch.kind), ['reading']);
  });

  it('sends what is new at once while the backlog goes beside it, marked as historical', async () => {
    fixture = new ForwardFixture({ queue: { order: 'live-first' }, forwarder: { order: 'live-first', batch: { entries: 5, bytes: 1e6, wait: 0 } } });
    fixture.queueUp(...numbers('a', 1, 20));
    await fixture.target.answer({ kind: 'later', reason: 'away', retryAfter: 60_000 });
    fixture.clock.advance(70_000);
    fixture.queueUp(...numbers('a', 100, 3));
    await turn();
    const [backlog, live] = fixture.target.open.map(({ batch }) => saidIn(batch));
    assert.deepEqual(backlog?.map(({ values, historical }) => [values?.number, historical]), [1, 2, 3, 4, 5].map((number) => [number, true]));
    assert.deepEqual(live?.map(({ values, historical }) => [values?.number, historical]), [100, 101, 102].map((number) => [number, undefined]));
  });

  it('keeps everything in one row when it is to go in order', async () => {
    fixture = new ForwardFixture({ forwarder: { batch: { entries: 3, bytes: 1e6, wait: 0 } } });
    fixture.queueUp(...numbers('a', 1, 5));
    await fixture.target.answer({ kind: 'later', reason: 'away', retryAfter: 60_000 });
    fixture.clock.advance(61_000);
    fixture.queueUp(...numbers('a', 6, 1));
    const arrived: (number | undefined)[] = [];
    while (fixture.target.open.length > 0) arrived.push(...saidIn(await fixture.target.answer()).map(({ values }) => values?.number));
    assert.deepEqual(arrived, [1, 2, 3, 4, 5, 6]);
  });

  it('slows the backlog down to its pace, and what is new not', async () => {
    fixture = new ForwardFixture({ queue: { order: 'live-first' }, forwarder: { order: 'live-first', pace: { messagesPerSecond: 10, bytesPerSecond: 0 } } });
    fixture.queueUp(...numbers('a', 1, 100));
    fixture.kill();
    let backlog = 0;
    for (let second = 0; second < 5; second += 1) {
      while (fixture.target.open.length > 0) backlog += (await fixture.target.answer()).items.length;
      fixture.clock.advance(1_000);
      await turn();
    }
    assert.ok(backlog >= 40 && backlog <= 60, `${backlog} in five seconds`);
    while (fixture.target.open.length > 0) await fixture.target.answer();
    fixture.queueUp(...numbers('b', 1, 50));
    assert.equal(fixture.target.open[0]?.batch.items.length, 50);
  });

  it('gathers entries until a batch is full or its time is up', () => {
    fixture = new ForwardFixture({ forwarder: { batch: { entries: 3, bytes: 1e6, wait: 100 } } });
    fixture.queueUp(reading('a', 1));
    fixture.queueUp(reading('a', 2));
    assert.equal(fixture.target.open.length, 0);
    fixture.queueUp(reading('a', 3));
    assert.deepEqual(ids(fixture.target.open[0]?.batch).length, 3);
    fixture.queueUp(reading('b', 1));
    fixture.target.open.splice(0)[0]?.answer({ kind: 'delivered' });
    return turn().then(() => {
      assert.equal(fixture.target.open.length, 0);
      fixture.clock.advance(100);
      assert.deepEqual(ids(fixture.target.open[0]?.batch), ['b/s1-x']);
    });
  });

  it('bounds a batch by its bytes', () => {
    const size = reading('a', 1).line.length;
    fixture = new ForwardFixture({ forwarder: { batch: { entries: 100, bytes: 3 * size, wait: 0 } } });
    fixture.queueUp(...numbers('a', 1, 9));
    assert.equal(fixture.target.open[0]?.batch.items.length, 3);
  });

  it('pauses longer with each failure, starts again with a short pause after a success, and says that a batch may have arrived', async () => {
    fixture = new ForwardFixture();
    fixture.queueUp(reading('a', 1));
    const pauses: number[] = [];
    for (let failure = 0; failure < 5; failure += 1) {
      await fixture.target.answer({ kind: 'later', reason: 'away' });
      const { state } = fixture.forwarder.status;
      assert.equal(state.kind, 'waiting');
      pauses.push(state.kind === 'waiting' ? state.until - fixture.clock.now() : 0);
      fixture.clock.advance(10_000);
      await turn();
    }
    assert.deepEqual(pauses, [750, 1_500, 3_000, 6_000, 6_000]);
    assert.deepEqual(fixture.target.batches.map(({ repeated }) => repeated), [false, true, true, true, true, true]);
    await fixture.target.answer();
    fixture.queueUp(reading('a', 2));
    await fixture.target.answer({ kind: 'later', reason: 'away' });
    const { state } = fixture.forwarder.status;
    assert.equal(state.kind === 'waiting' && state.until - fixture.clock.now(), 750);
  });

  it('waits at least as long as the other side asks for', async () => {
    fixture = new ForwardFixture();
    fixture.queueUp(reading('a', 1));
    await fixture.target.answer({ kind: 'later', reason: 'upstream answered 429.', retryAfter: 30_000 });
    fixture.clock.advance(29_000);
    assert.equal(fixture.target.open.length, 0);
    assert.deepEqual(fixture.forwarder.status.state, { kind: 'waiting', until: START + 5 + 30_000, reason: 'upstream answered 429.' });
    fixture.clock.advance(1_100);
    assert.equal(fixture.target.open.length, 1);
  });

  it('looks for the sample that is to blame half by half, sets it aside with the reason, and delivers the others in order', async () => {
    fixture = new ForwardFixture({ forwarder: { batch: { entries: 16, bytes: 1e6, wait: 0 } } });
    fixture.queueUp(...numbers('a', 1, 20));
    const guilty = new Set(['a/s6-x', 'a/s13-x']);
    const arrived: string[] = [];
    while (fixture.target.open.length > 0) {
      const { batch } = fixture.target.open[0] ?? {};
      const isRefused = ids(batch).some((id) => guilty.has(id));
      await fixture.target.answer(isRefused ? { kind: 'refused', reason: 'Upstream answered 400.' } : { kind: 'delivered' });
      if (!isRefused) arrived.push(...ids(batch));
    }
    assert.deepEqual(arrived, numbers('a', 1, 20).map(({ id }) => id).filter((id) => !guilty.has(id)));
    assert.deepEqual(fixture.refused, [...guilty].map((id) => ({ id, reason: 'Upstream answered 400.' })));
    fixture.clock.advance(30);
    assert.deepEqual(fixture.queue.lastRefused(10).map(({ reason, line }) => [reason, (JSON.parse(Buffer.from(line).toString()) as { id: string }).id]), [['Upstream answered 400.', 'a/s13-x'], ['Upstream answered 400.', 'a/s6-x']]);
    assert.deepEqual([fixture.queue.counts.delivered, fixture.queue.counts.refused, fixture.queue.status.entries], [18, 2, 0]);
  });

  it('sends again what was neither acknowledged nor refused of a batch, and nothing else of it', async () => {
    fixture = new ForwardFixture({ window: 4 });
    fixture.queueUp(...numbers('a', 1, 4));
    await fixture.target.answer({ kind: 'later', reason: 'cut', delivered: [0], refused: [{ index: 1, reason: 'not allowed' }] });
    fixture.clock.advance(1_000);
    assert.deepEqual(ids(fixture.target.open[0]?.batch), ['a/s3-x', 'a/s4-x']);
    assert.deepEqual(fixture.refused, [{ id: 'a/s2-x', reason: 'not allowed' }]);
  });

  it('tells how much waits, for how long, and when it will be through', async () => {
    fixture = new ForwardFixture({ forwarder: { batch: { entries: 10, bytes: 1e6, wait: 0 } } });
    fixture.queueUp(...numbers('a', 1, 100));
    assert.deepEqual([fixture.forwarder.status.entries, fixture.forwarder.status.through], [100, undefined]);
    for (let second = 0; second < 5; second += 1) {
      await fixture.target.answer();
      fixture.clock.advance(1_000);
      await turn();
    }
    const { entries, age, through, state } = fixture.forwarder.status;
    assert.deepEqual([entries, age, through, state.kind], [50, 5_000, 5_000, 'connected']);
  });

  it('sends nothing more once it is closed, and notes what is acknowledged until then', async () => {
    fixture = new ForwardFixture();
    fixture.queueUp(reading('a', 1));
    const closed = fixture.forwarder.close();
    await fixture.target.answer();
    fixture.clock.advance(1_000);
    await closed;
    fixture.queueUp(reading('a', 2));
    assert.equal(fixture.target.open.length, 0);
    assert.equal(fixture.queue.counts.delivered, 1);
  });
});
