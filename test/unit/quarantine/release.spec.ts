import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { QuarantineError } from '../../../core/quarantine/quarantine-error.ts';
import { Consumer, textOf, turn } from '../inbox/fixture.ts';
import { numbered, QuarantineFixture } from './fixture.ts';

describe('a release from quarantine', () => {
  let fixture: QuarantineFixture;
  beforeEach(() => {
    fixture = new QuarantineFixture();
  });
  afterEach(() => {
    fixture.dispose();
    assert.deepEqual(fixture.problems, []);
  });

  const consumer = (options: Partial<Pick<Consumer, 'window' | 'deliverAtMost'>> = {}): Consumer => new Consumer({ window: 1_000, deliverAtMost: 1_000, ...options });
  const settleAll = (from: Consumer, channel = 'gateway'): void => {
    while (from.held.length > 0) fixture.inbox.channel(channel).settle(from.take(), 'stored');
  };
  const sums = (): number[] => {
    const { put, waiting, released, dropped, lost } = fixture.inbox.quarantine.summary();
    assert.equal(put, waiting + released + dropped + lost);
    return [put, waiting, released];
  };
  const ledger = (): number[] => {
    const { received, released, stored, quarantined, inFlight, difference } = fixture.inbox.ledger.read().total;
    assert.equal(difference, 0);
    return [received, released, stored, quarantined, inFlight];
  };

  it('brings entries into the flow again with their bytes and times, and says from where', async () => {
    fixture.put(['a'], { received: 12_345 });
    const out = await fixture.attach(consumer());
    assert.deepEqual(await fixture.inbox.quarantine.release({}), { job: 1, filter: {}, total: 1, released: 0, skipped: 0, state: 'running' });
    await fixture.run();
    const [entry] = out.held;
    assert.deepEqual(entry?.record, {
      via: 'mqtt', device: 'press-1', principal: 'press-1', topic: 'devices/press-1/telemetry', received: 12_345, payload: entry?.record.payload, released: { position: 1, at: entry?.record.released?.at },
    });
    assert.equal(entry && textOf(entry), 'a');
    assert.deepEqual(fixture.inbox.quarantine.progress(), { job: 1, filter: {}, total: 1, released: 1, skipped: 0, state: 'done' });
    assert.deepEqual([sums(), ledger()], [[1, 0, 1], [1, 1, 0, 1, 1]]);
    settleAll(out);
    assert.deepEqual(ledger(), [1, 1, 1, 1, 0]);
  });

  it('means one sample of a message where the entry does, also when that comes back and is released again', async () => {
    const out = await fixture.attach(consumer());
    fixture.commit('batch of samples');
    await turn();
    const { position, record } = out.held[0] ?? assert.fail();
    for (let time = 0; time < 2; time += 1) fixture.inbox.quarantineSample({ position, record, channel: 'gateway', sample: 3, device: 'press-1', reason: 'contract', detail: 'no' }, () => undefined);
    fixture.clock.advance(4);
    fixture.inbox.channel('gateway').settle(out.take(), 'quarantined');
    assert.deepEqual([fixture.entries().map(({ sample }) => sample), sums(), ledger()], [[3], [1, 1, 0], [1, 0, 0, 1, 0]]);
    for (let round = 1; round <= 2; round += 1) {
      await fixture.inbox.quarantine.release({});
      await fixture.run();
      const again = out.take();
      assert.deepEqual([again.record.released?.position, again.record.released?.sample], [position, 3]);
      fixture.inbox.channel('gateway').refuse(again, 'contract', 'still no');
      await fixture.run(50);
      assert.deepEqual([fixture.entries().map(({ sample }) => sample), sums(), ledger()], [[3], [1 + round, 1, round], [1, round, 0, 1 + round, 0]]);
    }
  });

  it('takes only what is asked for and had come before, oldest first', async () => {
    fixture.put(numbered(1, 3), { device: 'press-2' });
    fixture.put(numbered(4, 6));
    const out = await fixture.attach(consumer());
    await fixture.inbox.quarantine.release({ device: 'press-2' });
    fixture.put(['late'], { device: 'press-2' });
    await fixture.run();
    assert.deepEqual([out.texts, fixture.texts()], [['m1', 'm2', 'm3'], ['late', 'm6', 'm5', 'm4']]);
  });

  it('waits while the flow has enough to do', async () => {
    fixture.put(numbered(1, 2_000));
    const out = await fixture.attach(consumer({ window: 10 }));
    await fixture.inbox.quarantine.release({});
    await fixture.run(10_000);
    const { released = 0, state } = fixture.inbox.quarantine.progress() ?? {};
    assert.equal(state, 'running');
    assert.ok(released <= 300, `${released} were driven in while the flow stood still`);
    for (let turns = 0; turns < 3_000 && fixture.inbox.quarantine.progress()?.state === 'running'; turns += 1) {
      settleAll(out);
      await fixture.run(25);
    }
    assert.deepEqual([fixture.inbox.quarantine.progress()?.released, sums()], [2_000, [2_000, 0, 2_000]]);
  }).timeout(20_000);

  it('waits while a deploy is under way', async () => {
    fixture.put(['a']);
    fixture.inbox.pause(true);
    const out = await fixture.attach(consumer());
    await fixture.inbox.quarantine.release({});
    await fixture.run(20_000);
    assert.deepEqual([fixture.inbox.quarantine.progress()?.released, out.texts], [0, []]);
    fixture.inbox.pause(false);
    await fixture.run();
    assert.deepEqual(out.texts, ['a']);
  });

  it('goes on after a kill where it was: nothing is lost, and nothing comes twice', async () => {
    fixture.put(numbered(1, 1_000));
    await fixture.attach(consumer());
    await fixture.inbox.quarantine.release({});
    await fixture.run(10);
    const before = fixture.inbox.quarantine.progress()?.released ?? 0;
    assert.ok(before > 0 && before < 1_000, `${before} were driven in`);
    fixture.crash();
    assert.deepEqual([fixture.inbox.quarantine.progress()?.released, fixture.inbox.quarantine.progress()?.state], [before, 'running']);
    const out = await fixture.attach(consumer({ window: 2_000, deliverAtMost: 2_000 }));
    await fixture.run();
    assert.deepEqual(out.texts.toSorted(), numbered(1, 1_000).toSorted());
    settleAll(out);
    assert.deepEqual([sums(), ledger(), fixture.inbox.quarantine.progress()?.released], [[1_000, 0, 1_000], [1_000, 1_000, 1_000, 1_000, 0], 1_000]);
  });

  it('is one at a time, and may be stopped: what has moved stays so', async () => {
    fixture.put(numbered(1, 1_000));
    const out = await fixture.attach(consumer());
    const { quarantine } = fixture.inbox;
    await quarantine.release({});
    await fixture.run(10);
    await assert.rejects(quarantine.release({}), QuarantineError);
    quarantine.cancel();
    await fixture.run();
    const stopped = quarantine.progress();
    assert.deepEqual([stopped?.state, stopped?.released], ['cancelled', out.held.length]);
    assert.equal(quarantine.summary().waiting, 1_000 - out.held.length);
    fixture.restart();
    assert.equal(fixture.inbox.quarantine.progress()?.state, 'cancelled');
    assert.equal((await fixture.inbox.quarantine.release({})).job, 2);
  });

  it('leaves entries alone whose source is gone, where it is not clear who else should take them', async () => {
    fixture.put(['a'], { channel: 'gone' });
    fixture.put(['b']);
    const out = await fixture.attach(consumer());
    fixture.inbox.channel('other').attach(consumer());
    await fixture.inbox.quarantine.release({});
    await fixture.run(10_000);
    const { problem, ...progress } = fixture.inbox.quarantine.progress() ?? assert.fail();
    assert.deepEqual(progress, { job: 1, filter: {}, total: 2, released: 1, skipped: 1, state: 'done' });
    assert.match(problem ?? '', /source.*gone.*Name another/);
    assert.deepEqual([out.texts, fixture.texts()], [['b'], ['a']]);
  });

  it('drives them in by the one source that there is, or by the one that is named', async () => {
    fixture.put(['a'], { channel: 'gone' });
    const out = await fixture.attach(consumer());
    await fixture.inbox.quarantine.release({});
    await fixture.run();
    assert.deepEqual(out.texts, ['a']);
    fixture.put(['b'], { channel: 'gone' });
    const other = consumer();
    fixture.inbox.channel('other').attach(other);
    await fixture.inbox.quarantine.release({}, { channel: 'other' });
    await fixture.run();
    assert.deepEqual([out.texts, other.texts], [['a'], ['b']]);
  });

  it('drives in what a flow made by whatever source there is', async () => {
    fixture.put(['a'], { channel: '' });
    const out = await fixture.attach(consumer());
    fixture.inbox.channel('other').attach(consumer());
    await fixture.inbox.quarantine.release({});
    await fixture.run();
    assert.deepEqual(out.texts, ['a']);
  });

  it('waits for a source that is being started', async () => {
    fixture.put(['a']);
    await fixture.inbox.quarantine.release({});
    await fixture.run(2_000);
    const out = await fixture.attach(consumer());
    await fixture.run();
    assert.deepEqual(out.texts, ['a']);
  });

  it('goes on when the disk works again', async () => {
    fixture.put(numbered(1, 10));
    const out = await fixture.attach(consumer());
    const other = new DatabaseSync(fixture.path);
    other.exec(`CREATE TRIGGER refuse BEFORE DELETE ON quarantine BEGIN SELECT RAISE(ABORT, 'refused'); END`);
    await fixture.inbox.quarantine.release({});
    await fixture.run();
    assert.deepEqual([out.texts, fixture.inbox.quarantine.progress()?.released, ledger()], [[], 0, [10, 0, 0, 10, 0]]);
    assert.match(String(fixture.problems.splice(0)), /refused/);
    other.exec('DROP TRIGGER refuse');
    other.close();
    await fixture.run(6_000);
    assert.deepEqual([out.texts, sums(), ledger()], [numbered(1, 10), [10, 0, 10], [10, 10, 0, 10, 10]]);
  });

  it('does not let what was released come from the inbox a second time, though its message had not settled', async () => {
    const out = await fixture.attach(consumer());
    fixture.commit('a', 'b');
    await turn();
    fixture.inbox.channel('gateway').refuse(out.take('a'), 'type', 'no');
    fixture.clock.advance(4);
    await turn();
    await fixture.inbox.quarantine.release({});
    await fixture.run(200);
    assert.deepEqual(out.texts, ['b', 'a']);
    fixture.crash();
    const again = await fixture.attach(consumer());
    assert.deepEqual(again.texts.toSorted(), ['a', 'b']);
    settleAll(again);
    assert.deepEqual([sums(), ledger()], [[1, 0, 1], [2, 1, 2, 1, 0]]);
  });

  for (const how of ['released', 'dropped'] as const) {
    it(`has left when it was ${how}, also when its message is delivered again after that, and after a kill`, async () => {
      let out = await fixture.attach(consumer());
      fixture.commit('m');
      await turn();
      const toQuarantine = (): void => {
        const { position, record } = out.held[0] ?? assert.fail();
        fixture.inbox.quarantineSample({ position, record, channel: 'gateway', sample: 0, reason: 'contract', detail: 'no' }, () => undefined);
        fixture.clock.advance(4);
      };
      toQuarantine();
      if (how === 'dropped') await fixture.inbox.quarantine.drop({});
      else {
        await fixture.inbox.quarantine.release({});
        await fixture.run(100);
      }
      toQuarantine();
      assert.equal(fixture.inbox.quarantine.summary().waiting, 0);
      fixture.crash();
      out = await fixture.attach(consumer());
      toQuarantine();
      assert.deepEqual([fixture.inbox.quarantine.summary().waiting, fixture.inbox.quarantine.summary().put], [0, 1]);
      for (const entry of out.held.splice(0)) fixture.inbox.channel('gateway').settle(entry, 'quarantined');
      await fixture.run(200);
      fixture.crash();
      assert.deepEqual(fixture.query('SELECT * FROM quarantine_left').length, 1);
      await fixture.attach(consumer());
      fixture.clock.advance(60_000);
      assert.deepEqual([fixture.query('SELECT * FROM quarantine_left').length, ledger().at(-1)], [0, 0]);
    });
  }

  it('does not make the inbox look as old as what is driven in', async () => {
    fixture.put(['a'], { received: 1_000 });
    await fixture.attach(consumer());
    await fixture.inbox.quarantine.release({});
    await fixture.run();
    assert.ok((fixture.inbox.oldest('gateway') ?? 0) > 1_700_000_000_000);
  });
});
