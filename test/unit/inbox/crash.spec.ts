import assert from 'node:assert/strict';
import { Account } from '../../../core/ledger/account.ts';
import { Channel } from '../../../core/inbox/channel.ts';
import { Consumer, InboxFixture, recordOf, payloadText, textOf, turn } from './fixture.ts';

describe('the inbox, after the process died', () => {
  let fixture: InboxFixture;
  beforeEach(() => {
    fixture = new InboxFixture();
  });
  afterEach(() => {
    fixture.dispose();
    assert.deepEqual(fixture.problems, []);
  });

  const settleAll = async (consumer: Consumer): Promise<string[]> => {
    const settled: string[] = [];
    while (consumer.held.length > 0) {
      const entry = consumer.take();
      settled.push(textOf(entry));
      fixture.inbox.channel('gateway').settle(entry);
      await turn();
    }
    return settled;
  };
  const buried = (): string[] => fixture.inbox.quarantine.list({}, { limit: 100 }).entries.map(payloadText).toSorted();

  it('delivers again what had not settled', async () => {
    await fixture.attach(new Consumer());
    fixture.commit('a', 'b');
    fixture.append('never committed');
    await turn();
    fixture.crash();
    assert.deepEqual((await fixture.attach(new Consumer())).texts, ['a', 'b']);
  });

  it('gives new records positions that no earlier record had', async () => {
    const consumer = await fixture.attach(new Consumer());
    fixture.commit('a', 'b');
    await turn();
    const positions = consumer.held.map(({ position }) => position);
    await settleAll(consumer);
    fixture.clock.advance(1_000);
    fixture.crash();
    const next = await fixture.attach(new Consumer());
    fixture.commit('c');
    await turn();
    assert.ok(next.held.every(({ position }) => position > Math.max(...positions)), 'a position was given twice');
  });

  it('gives up on the record that kills it, and on none of its neighbours', async () => {
    const killer = 'r7';
    const records = Array.from({ length: 12 }, (_, index) => `r${index}`);
    fixture.commit(...records.slice(0, 6));
    fixture.commit(...records.slice(6));
    const settled = new Set<string>();
    let deaths = 0;
    for (let life = 0; life < 10; life += 1) {
      const consumer = await fixture.attach(new Consumer({ window: 20, deliverAtMost: 20 }));
      let died = false;
      while (consumer.held.length > 0 && !died) {
        // The flow dies of one record at once: nothing that came with it has settled then.
        died = consumer.texts.includes(killer);
        if (died) break;
        const entry = consumer.take();
        settled.add(textOf(entry));
        fixture.inbox.channel('gateway').settle(entry);
        await turn();
      }
      if (!died) break;
      deaths += 1;
      fixture.crash();
    }
    assert.equal(deaths, 4);
    assert.deepEqual(buried(), [killer]);
    assert.match(fixture.inbox.quarantine.list({}, { limit: 1 }).entries[0]?.detail ?? '', /four times/);
    assert.deepEqual([...settled].toSorted(), records.filter((text) => text !== killer).toSorted());
  });

  const dieTwiceWith = async (...groups: string[][]): Promise<void> => {
    for (const group of groups) fixture.commit(...group);
    for (let death = 0; death < 2; death += 1) {
      await fixture.attach(new Consumer({ window: 20, deliverAtMost: 20 }));
      fixture.crash();
    }
  };

  it('lets suspects into the flow one at a time, with nothing else beside them', async () => {
    await dieTwiceWith(['a', 'b']);
    fixture.commit('innocent');
    const consumer = await fixture.attach(new Consumer());
    for (const alone of ['a', 'b']) {
      fixture.commit(`after ${alone}`);
      await turn();
      assert.deepEqual(consumer.texts, [alone]);
      fixture.inbox.channel('gateway').settle(consumer.take(alone));
      await turn();
    }
    assert.deepEqual(consumer.texts, ['innocent', 'after a', 'after b']);
  });

  it('keeps a suspect alone while it is tried again after a failure', async () => {
    await dieTwiceWith(['a']);
    fixture.commit('innocent');
    const consumer = await fixture.attach(new Consumer());
    fixture.inbox.channel('gateway').fail(consumer.take('a'), new Error('no'));
    await turn();
    assert.deepEqual(consumer.texts, []);
    fixture.clock.advance(1_000);
    await turn();
    assert.deepEqual(consumer.texts, ['a']);
    fixture.inbox.channel('gateway').settle(consumer.take('a'));
    await turn();
    assert.deepEqual(consumer.texts, ['innocent']);
  });

  it('does not hold a death against a suspect that had come through before it', async () => {
    await dieTwiceWith(['a', 'b']);
    const consumer = await fixture.attach(new Consumer());
    const channel = fixture.inbox.channel('gateway');
    channel.detach(consumer);
    channel.settle(consumer.take('a'));
    await turn();
    fixture.crash();
    assert.deepEqual(buried(), []);
    assert.deepEqual(await settleAll(await fixture.attach(new Consumer())), ['b']);
  });

  it('gives a suspect that was alone at one death another chance, and the next one a count of its own', async () => {
    await dieTwiceWith(['a', 'b']);
    await fixture.attach(new Consumer());
    fixture.crash();
    assert.deepEqual(buried(), []);
    const consumer = await fixture.attach(new Consumer());
    fixture.inbox.channel('gateway').settle(consumer.take('a'));
    await turn();
    assert.deepEqual(consumer.texts, ['b']);
    fixture.crash();
    assert.deepEqual(buried(), []);
    assert.deepEqual(await settleAll(await fixture.attach(new Consumer())), ['b']);
  });

  it('does not count a death against a suspect before it is in the flow again', async () => {
    await dieTwiceWith(['a']);
    await fixture.attach(new Consumer());
    fixture.crash();
    fixture.crash();
    assert.deepEqual(buried(), []);
  });

  it('does not take an ordinary stop for the third death of a suspect', async () => {
    await dieTwiceWith(['a', 'b']);
    await fixture.attach(new Consumer());
    fixture.restart();
    assert.deepEqual(buried(), []);
    assert.deepEqual(await settleAll(await fixture.attach(new Consumer())), ['a', 'b']);
  });

  it('waits with a suspect until all that is in the flow has settled', async () => {
    const batches = [{ first: 1, deaths: 0 }, { first: 2, deaths: 2 }].map((batch) => ({ ...batch, records: [recordOf(`r${batch.first}`)], bytes: 2, outcomes: new Uint8Array(1), delivered: false }));
    const suspects: Array<number | undefined> = [];
    const channel = new Channel({
      read: (position) => batches.find(({ first }) => first >= position), markDelivered: () => undefined, markSuspect: (_, position) => void suspects.push(position),
      forget: () => undefined, settled: () => undefined, account: ({ device, via }) => new Account(device, via), quarantine: () => undefined, problem: (error) => fixture.problems.push(error),
    }, fixture.clock);
    const consumer = new Consumer();
    channel.attach(consumer);
    await turn();
    assert.deepEqual([consumer.texts, suspects], [['r1'], []]);
    channel.settle(consumer.take('r1'));
    await turn();
    assert.deepEqual([consumer.texts, suspects], [['r2'], [2]]);
  });

  it('does not hold deaths against what was not in the flow', async () => {
    fixture.commit('a', 'b', 'c');
    for (let death = 0; death < 5; death += 1) fixture.crash();
    const consumer = await fixture.attach(new Consumer());
    assert.deepEqual(consumer.texts, ['a', 'b', 'c']);
  });

  it('does not hold deaths against what a later life never brought into the flow', async () => {
    await fixture.attach(new Consumer());
    fixture.commit('a', 'b', 'c');
    await turn();
    for (let death = 0; death < 5; death += 1) fixture.crash();
    assert.deepEqual((await fixture.attach(new Consumer())).texts, ['a', 'b', 'c']);
  });

  it('does not take an ordinary stop for a death', async () => {
    fixture.commit('a');
    for (let stop = 0; stop < 5; stop += 1) {
      const consumer = await fixture.attach(new Consumer());
      assert.deepEqual(consumer.texts, ['a']);
      fixture.restart();
    }
    assert.deepEqual(buried(), []);
  });
});
