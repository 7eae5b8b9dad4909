import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { recordOf, Consumer, InboxFixture, turn } from './fixture.ts';

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, index) => `r${from + index}`);
const sorted = (texts: Iterable<string>): string[] => [...texts].toSorted();

describe('the inbox', () => {
  let fixture: InboxFixture;
  beforeEach(() => {
    fixture = new InboxFixture();
  });
  afterEach(() => {
    fixture.dispose();
    assert.deepEqual(fixture.problems, []);
  });

  describe('appending', () => {
    it('says committed only when another process can read the record from disk', () => {
      let onDisk = -1;
      fixture.inbox.append('gateway', recordOf('one'), () => {
        onDisk = Number(fixture.query('SELECT sum(count) AS n FROM batch')[0]?.['n']);
      });
      assert.deepEqual([onDisk, fixture.query('SELECT * FROM batch').length], [-1, 0]);
      fixture.clock.advance(4);
      assert.equal(onDisk, 1);
    });

    it('acknowledges before it delivers', async () => {
      const order: string[] = [];
      fixture.inbox.channel('gateway').attach({ window: 1, deliverAtMost: 1, settleTimeout: 0, deliver: () => order.push('delivered') });
      await turn();
      fixture.inbox.append('gateway', recordOf('one'), () => order.push('acknowledged'));
      fixture.clock.advance(4);
      await turn();
      assert.deepEqual(order, ['acknowledged', 'delivered']);
    });

    it('refuses once it is closed, also within the last commit, and keeps what it has acknowledged', async () => {
      fixture.inbox.append('gateway', recordOf('first'), () => fixture.append('second'));
      fixture.inbox.close();
      fixture.append('third');
      assert.deepEqual([...fixture.failed.keys()], ['second', 'third']);
      assert.equal((fixture.failed.get('third') as Error & { code?: string }).code, 'HOLDFAST_INBOX_CLOSED');
      fixture.restart();
      assert.deepEqual((await fixture.attach(new Consumer())).texts, ['first']);
    });

    it('refuses a record it cannot keep, and that one alone', async () => {
      const poison = { ...recordOf('poison'), topic: 'x'.repeat(70_000) };
      let told: Error | undefined;
      fixture.append('before');
      fixture.inbox.append('gateway', poison, (error) => void (told = error));
      fixture.append('after');
      fixture.clock.advance(4);
      assert.match(told?.message ?? '', /70000 bytes/);
      assert.deepEqual(fixture.committed, ['before', 'after']);
      assert.deepEqual((await fixture.attach(new Consumer())).texts, ['before', 'after']);
    });

    it('does not write a group of many again and again for one that it cannot keep', () => {
      const commits = (): number => Number(fixture.query('SELECT count(*) AS n FROM batch')[0]?.['n']);
      fixture.append(...numbers(1, 100));
      for (let count = 0; count < 10; count += 1) fixture.inbox.append('gateway', { ...recordOf('poison'), topic: 'ß'.repeat(40_000) }, () => undefined);
      fixture.append(...numbers(101, 200));
      fixture.clock.advance(4);
      assert.deepEqual([fixture.committed.length, commits()], [200, 1]);
    });

    it('keeps the sources apart', async () => {
      const other = new Consumer();
      fixture.inbox.channel('other').attach(other);
      const consumer = await fixture.attach(new Consumer());
      fixture.append('a');
      fixture.inbox.append('other', recordOf('b'), () => undefined);
      fixture.clock.advance(4);
      await turn();
      assert.deepEqual([consumer.texts, other.texts], [['a'], ['b']]);
      assert.deepEqual(fixture.inbox.unsettled(), new Map([['gateway', 1], ['other', 1]]));
    });
  });

  describe('delivering', () => {
    it('never has more than the window in the flow; 10,000 more wait on disk, not in memory', async () => {
      const consumer = await fixture.attach(new Consumer({ window: 10, deliverAtMost: 4 }));
      for (let batch = 0; batch < 100; batch += 1) fixture.commit(...numbers(batch * 100 + 1, batch * 100 + 100));
      await turn();
      const channel = fixture.inbox.channel('gateway');
      assert.deepEqual([consumer.held.length, channel.inFlight], [10, 10]);
      assert.ok(channel.loaded <= 40 + 100, `${channel.loaded} records are in memory`);
      let mostLoaded = 0;
      while (consumer.held.length > 0) {
        while (consumer.held.length > 0) channel.settle(consumer.take());
        await turn();
        mostLoaded = Math.max(mostLoaded, channel.loaded);
      }
      assert.deepEqual(consumer.delivered, numbers(1, 10_000));
      assert.equal(consumer.most, 10);
      assert.ok(mostLoaded <= 40 + 100, `${mostLoaded} records were in memory`);
    });

    it('keeps large payloads out of memory while the flow does not keep up', async () => {
      const consumer = await fixture.attach(new Consumer({ window: 1_000, deliverAtMost: 1_000 }));
      fixture.inbox.channel('gateway').paused = true;
      const large = { ...recordOf(''), payload: Buffer.alloc(4 * 1024 * 1024) };
      for (let count = 0; count < 24; count += 1) {
        fixture.inbox.append('gateway', large, () => undefined);
        fixture.clock.advance(4);
      }
      assert.ok(fixture.inbox.channel('gateway').loaded <= 8, `${fixture.inbox.channel('gateway').loaded} of 4 MB are in memory`);
      fixture.inbox.channel('gateway').paused = false;
      await turn();
      assert.equal(consumer.held.length, 8);
      for (let settled = 0; settled < 24; settled += 1) {
        fixture.inbox.channel('gateway').settle(consumer.take());
        await turn();
      }
      assert.equal(consumer.delivered.length, 24);
    }).timeout(20_000);

    it('does not hold a batch in memory for one record of it that does not settle', async () => {
      const consumer = await fixture.attach(new Consumer({ window: 1_000, deliverAtMost: 1_000 }));
      fixture.commit(...numbers(1, 100));
      await turn();
      for (const text of numbers(2, 100)) fixture.inbox.channel('gateway').settle(consumer.take(text));
      const [batch] = fixture.inbox.channel('gateway').open;
      await turn();
      assert.deepEqual([consumer.texts, batch?.records.length], [['r1'], 0]);
    });

    it('waits for a consumer, and goes on with the next when one leaves', async () => {
      fixture.commit('a', 'b');
      const first = await fixture.attach(new Consumer({ window: 1 }));
      const channel = fixture.inbox.channel('gateway');
      channel.detach(first);
      channel.settle(first.take());
      await turn();
      assert.deepEqual(first.delivered, ['a']);
      assert.deepEqual((await fixture.attach(new Consumer())).texts, ['b']);
    });

    it('stops in the middle when its consumer leaves while it is given records', async () => {
      fixture.commit(...numbers(1, 10));
      const channel = fixture.inbox.channel('gateway');
      const given: number[] = [];
      const leaving = { window: 10, deliverAtMost: 2, settleTimeout: 0, deliver: (entries: unknown[]) => { given.push(entries.length); channel.detach(leaving); } };
      channel.attach(leaving);
      await turn();
      assert.deepEqual(given, [2]);
    });

    it('delivers nothing while a deploy is under way', async () => {
      fixture.inbox.pause(true);
      const consumer = await fixture.attach(new Consumer());
      fixture.commit('a');
      await turn();
      assert.deepEqual(consumer.texts, []);
      fixture.inbox.pause(false);
      await turn();
      assert.deepEqual(consumer.texts, ['a']);
    });

    it('delivers again what a consumer could not take, and says so', async () => {
      const consumer = new Consumer();
      let broken = true;
      fixture.inbox.channel('gateway').attach({ window: 10, deliverAtMost: 10, settleTimeout: 0, deliver: (entries) => { if (broken) throw new Error('cannot take it'); consumer.deliver(entries); } });
      fixture.commit('a', 'b');
      await turn();
      assert.match(String(fixture.problems.splice(0)), /cannot take it/);
      broken = false;
      fixture.clock.advance(1_000);
      await turn();
      assert.deepEqual(consumer.texts, ['a', 'b']);
    });
  });

  describe('when the disk refuses while the backlog is delivered', () => {
    const alter = (sql: string): void => {
      const other = new DatabaseSync(fixture.path);
      other.exec(sql);
      other.close();
    };

    it('forgets none of what it was about to deliver', async () => {
      fixture.commit('a', 'b');
      fixture.commit('c');
      alter(`CREATE TRIGGER refuse BEFORE UPDATE ON batch WHEN new.count = 1 BEGIN SELECT RAISE(ABORT, 'refused'); END`);
      const consumer = await fixture.attach(new Consumer());
      assert.match(String(fixture.problems.splice(0)), /refused/);
      alter('DROP TRIGGER refuse');
      fixture.clock.advance(5_000);
      await turn();
      assert.deepEqual(sorted(consumer.delivered), ['a', 'b', 'c']);
    });

    it('stops at a damaged batch out loud, and neither skips it nor takes it for the end', async () => {
      fixture.commit('a');
      fixture.commit('b');
      alter(`UPDATE batch SET records = substr(records, 1, 5) WHERE first = 2`);
      const consumer = await fixture.attach(new Consumer({ window: 1 }));
      fixture.inbox.channel('gateway').settle(consumer.take('a'));
      await turn();
      assert.match(String(fixture.problems.splice(0)), /damaged.*Restore it from a backup/);
      fixture.commit('c');
      await turn();
      assert.deepEqual([consumer.delivered, fixture.problems.splice(0).length], [['a'], 1]);
    });
  });
});
