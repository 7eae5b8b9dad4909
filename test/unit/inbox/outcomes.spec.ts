import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { Consumer, InboxFixture, turn } from './fixture.ts';

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, index) => `r${from + index}`);
const sorted = (texts: Iterable<string>): string[] => [...texts].toSorted();

describe('the inbox, told how a delivery ended', () => {
  let fixture: InboxFixture;
  beforeEach(() => {
    fixture = new InboxFixture();
  });
  afterEach(() => {
    fixture.dispose();
    assert.deepEqual(fixture.problems, []);
  });

  describe('what settles', () => {
    it('leaves the disk, with the next commit or by itself a little later', async () => {
      const consumer = await fixture.attach(new Consumer());
      fixture.commit('a', 'b');
      await turn();
      fixture.inbox.channel('gateway').settle(consumer.take('a'));
      fixture.clock.advance(1_000);
      assert.equal(fixture.query('SELECT * FROM batch').length, 1);
      fixture.inbox.channel('gateway').settle(consumer.take('b'));
      fixture.clock.advance(1_000);
      assert.equal(fixture.query('SELECT * FROM batch').length, 0);
    });

    it('leaves the disk a little later when the disk refuses, without waiting for another record', async () => {
      const consumer = await fixture.attach(new Consumer());
      fixture.commit('a');
      await turn();
      const other = new DatabaseSync(fixture.path);
      other.exec(`CREATE TRIGGER refuse BEFORE DELETE ON batch BEGIN SELECT RAISE(ABORT, 'refused'); END`);
      fixture.inbox.channel('gateway').settle(consumer.take('a'));
      fixture.clock.advance(1_000);
      assert.match(String(fixture.problems.splice(0)), /refused/);
      other.exec('DROP TRIGGER refuse');
      other.close();
      fixture.clock.advance(5_000);
      assert.equal(fixture.query('SELECT * FROM batch').length, 0);
    });

    it('is not delivered again after a restart, and what has not settled is', async () => {
      const consumer = await fixture.attach(new Consumer({ window: 100 }));
      fixture.commit(...numbers(1, 30));
      await turn();
      for (const text of consumer.texts.filter((_, index) => index % 3 !== 0)) fixture.inbox.channel('gateway').settle(consumer.take(text));
      const open = consumer.texts;
      fixture.restart();
      assert.deepEqual((await fixture.attach(new Consumer({ window: 100 }))).texts, open);
    });

    it('counts once, however often it is said', async () => {
      const consumer = await fixture.attach(new Consumer());
      fixture.commit('a', 'b');
      await turn();
      const a = consumer.take('a');
      for (let time = 0; time < 3; time += 1) fixture.inbox.channel('gateway').settle(a);
      fixture.inbox.channel('gateway').fail(a, new Error('late'));
      fixture.crash();
      assert.deepEqual(sorted((await fixture.attach(new Consumer())).texts), ['a', 'b']);
    });
  });

  describe('what fails', () => {
    const failTimes = async (consumer: Consumer, times: number, error: unknown = new Error('no')): Promise<void> => {
      for (let time = 0; time < times; time += 1) {
        fixture.inbox.channel('gateway').fail(consumer.take('a'), error);
        fixture.clock.advance(5_000);
        await turn();
      }
    };

    it('is delivered again after a pause, and after exactly three failures goes to quarantine as dead-letter', async () => {
      const consumer = await fixture.attach(new Consumer());
      fixture.commit('a');
      await turn();
      fixture.inbox.channel('gateway').fail(consumer.take('a'), new Error('no'));
      await turn();
      assert.deepEqual(consumer.texts, []);
      fixture.clock.advance(1_000);
      await turn();
      assert.equal(consumer.held[0]?.failures, 1);
      await failTimes(consumer, 1);
      assert.deepEqual([consumer.held[0]?.failures, fixture.inbox.quarantine.summary().waiting], [2, 0]);
      await failTimes(consumer, 1);
      assert.deepEqual(consumer.texts, []);
      const [buried] = fixture.inbox.quarantine.list({}, { limit: 10 }).entries;
      assert.deepEqual([buried?.reason, Buffer.from(buried?.payload ?? []).toString()], ['dead-letter', 'a']);
      assert.match(buried?.detail ?? '', /3 times.*no/);
      fixture.clock.advance(1_000);
      assert.deepEqual(fixture.inbox.unsettled(), new Map());
    });

    it('takes room in the window while it waits', async () => {
      const consumer = await fixture.attach(new Consumer({ window: 2 }));
      fixture.commit('a', 'b', 'c', 'd');
      await turn();
      fixture.inbox.channel('gateway').fail(consumer.take('a'), new Error('no'));
      await turn();
      assert.deepEqual(consumer.texts, ['b']);
      fixture.inbox.channel('gateway').settle(consumer.take('b'));
      await turn();
      assert.deepEqual(consumer.texts, ['c']);
    });

    it('for want of a disk is tried for as long as it takes: that is not held against the record', async () => {
      const { StorageError } = await import('../../../core/sqlite/storage-error.ts');
      const consumer = await fixture.attach(new Consumer());
      fixture.commit('a');
      await turn();
      await failTimes(consumer, 10, new StorageError('FULL', 'store.sqlite', 'The disk is full.'));
      assert.deepEqual([consumer.texts, fixture.inbox.quarantine.summary().waiting], [['a'], 0]);
    });

    it('because it does not settle in time is told, and a late answer is not heard', async () => {
      const consumer = new Consumer({ settleTimeout: 30_000 });
      const givenUp: string[] = [];
      consumer.gaveUp = ({ position }): number => givenUp.push(String(position));
      await fixture.attach(consumer);
      fixture.commit('a');
      await turn();
      const late = consumer.take('a');
      fixture.clock.advance(29_000);
      await turn();
      assert.deepEqual([consumer.texts, givenUp], [[], []]);
      fixture.clock.advance(3_000);
      await turn();
      assert.deepEqual([consumer.texts, givenUp], [['a'], [String(late.position)]]);
      fixture.inbox.channel('gateway').settle(late);
      fixture.crash();
      assert.deepEqual((await fixture.attach(new Consumer())).texts, ['a']);
    });

    it('in time is noticed also when the consumer changed while all were stuck', async () => {
      const consumer = await fixture.attach(new Consumer({ window: 1, settleTimeout: 5_000 }));
      fixture.commit('a');
      await turn();
      fixture.inbox.channel('gateway').detach(consumer);
      fixture.clock.advance(2_000);
      const next = await fixture.attach(new Consumer({ window: 1, settleTimeout: 5_000 }));
      fixture.clock.advance(8_000);
      await turn();
      assert.deepEqual(next.texts, ['a']);
    });

    it('to be made into a sample goes to quarantine at once, and stays there once after a crash', async () => {
      const consumer = await fixture.attach(new Consumer());
      fixture.commit('a', 'b');
      await turn();
      fixture.inbox.channel('gateway').refuse(consumer.take('a'), 'decode', 'not JSON');
      fixture.clock.advance(4);
      assert.deepEqual(fixture.inbox.quarantine.list({}, { limit: 10 }).entries.map(({ reason, detail }) => [reason, detail]), [['decode', 'not JSON']]);
      fixture.crash();
      assert.deepEqual((await fixture.attach(new Consumer())).texts, ['b']);
      assert.equal(fixture.inbox.quarantine.summary().waiting, 1);
    });

    it('by a deploy is delivered again at once, any number of times', async () => {
      const consumer = await fixture.attach(new Consumer());
      fixture.commit('a');
      await turn();
      for (let deploy = 0; deploy < 10; deploy += 1) {
        fixture.inbox.channel('gateway').interrupt(consumer.take('a'));
        await turn();
      }
      assert.deepEqual([consumer.texts, consumer.held[0]?.failures], [['a'], 0]);
    });
  });
});
