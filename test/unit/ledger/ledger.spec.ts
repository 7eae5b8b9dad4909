import assert from 'node:assert/strict';
import { StorageError } from '../../../core/sqlite/storage-error.ts';
import { Consumer, InboxFixture, recordOf, turn } from '../inbox/fixture.ts';

describe('the ledger', () => {
  let fixture: InboxFixture;
  afterEach(() => fixture.dispose());
  const ledger = () => fixture.inbox.ledger;
  const append = (...devices: string[]): void => {
    for (const device of devices) fixture.inbox.append('gateway', recordOf('1', device), () => undefined);
    fixture.clock.advance(4);
  };
  const settleAll = async (): Promise<void> => {
    const consumer = await fixture.attach(new Consumer({ window: 1_000, deliverAtMost: 1_000 }));
    for (const entry of consumer.held) fixture.inbox.channel('gateway').settle(entry, 'stored');
    await turn();
    fixture.clock.advance(5_100);
  };

  it('gives a registered device an account of its own, also when others have invented as many as there may be', () => {
    fixture = new InboxFixture(undefined, { maximumAccounts: 3, registered: (device) => device.startsWith('press') });
    append('x-1', 'x-2', 'x-3', 'x-4', 'x-5', 'press-1', 'x-1');
    ledger().refused(ledger().account('x-6', 'mqtt'), 'rate');
    assert.deepEqual(ledger().devices('', 100), ['(others)', 'press-1', 'x-1', 'x-2', 'x-3']);
    assert.deepEqual([ledger().device('x-1').mqtt?.received, ledger().device('press-1').mqtt?.received], [2, 1]);
    assert.deepEqual([ledger().device('(others)').mqtt?.received, ledger().device('(others)').mqtt?.refused], [3, { rate: 1 }]);
    assert.deepEqual(ledger().device('x-4'), {});
  });

  it('ends a record in the account in which it was received, also when its device was registered meanwhile', async () => {
    const registered = new Set<string>();
    fixture = new InboxFixture(undefined, { maximumAccounts: 1, registered: (device) => registered.has(device) });
    append('x-1', 'x-2');
    registered.add('x-2');
    fixture.crash();
    append('x-2');
    await settleAll();
    for (const device of ledger().devices('', 100)) assert.deepEqual([device, ledger().device(device).mqtt?.stored, ledger().device(device).mqtt?.difference], [device, 1, 0]);
    assert.deepEqual(ledger().devices('', 100), ['(others)', 'x-1', 'x-2']);
  });

  it('knows after a restart who has an account', async () => {
    fixture = new InboxFixture(undefined, { maximumAccounts: 2 });
    append('x-1', 'x-2');
    await settleAll();
    fixture.restart();
    append('x-1', 'x-2', 'x-3');
    assert.deepEqual(ledger().devices('', 100), ['(others)', 'x-1', 'x-2']);
  });

  it('keeps accounts in memory only while something happens to them', async () => {
    fixture = new InboxFixture();
    for (let device = 0; device < 60_000; device += 1) ledger().refused(ledger().account(`x-${device}`, device % 2 === 0 ? 'mqtt' : 'http'), 'rate');
    fixture.inbox.noted();
    for (let tick = 0; tick < 300; tick += 1) fixture.clock.advance(100);
    assert.ok(ledger().accountsInMemory <= 50_000, `${ledger().accountsInMemory} accounts are in memory`);
    assert.equal(ledger().device('x-0').mqtt?.received, 1);
    assert.equal(ledger().read().total.received, 60_000);
  }).timeout(20_000);

  it('counts on from where it was when a commit fails', async () => {
    fixture = new InboxFixture();
    append('a');
    const consumer = await fixture.attach(new Consumer());
    fixture.alter(`CREATE TRIGGER refuse BEFORE INSERT ON ledger_journal BEGIN SELECT RAISE(ABORT, 'refused'); END`);
    fixture.inbox.channel('gateway').settle(consumer.take(), 'stored');
    ledger().refused(ledger().account('a', 'mqtt'), 'rate');
    fixture.inbox.condemn('gateway', recordOf('bad', 'a'), { reason: 'rate', detail: 'too much' }, () => undefined);
    append('a', 'b');
    assert.equal(ledger().read().total.difference, 0);
    fixture.alter('DROP TRIGGER refuse');
    append('b');
    fixture.crash();
    const { received, stored, quarantined, inFlight, refused, difference } = ledger().read().total;
    assert.deepEqual({ received, stored, quarantined, inFlight, refused, difference }, { received: 3, stored: 1, quarantined: 0, inFlight: 1, refused: { rate: 1 }, difference: 0 });
    fixture.problems.splice(0);
  });

  it('moves its journal into the table in parts, and none of it twice, whenever it is killed', () => {
    fixture = new InboxFixture();
    const rowsOf = (table: string): number => Number(fixture.query(`SELECT count(*) AS n FROM ${table}`)[0]?.['n']);
    const refuse = (): void => {
      for (let device = 0; device < 1_200; device += 1) ledger().refused(ledger().account(`x-${device}`, 'mqtt'), 'rate');
      fixture.inbox.noted();
      fixture.clock.advance(100);
    };
    for (let count = 1; count <= 3; count += 1) refuse();
    const table: number[] = [];
    for (let count = 3; count < 6; count += 1) {
      ledger().fold();
      table.push(rowsOf('ledger'));
      assert.deepEqual([ledger().device('x-7').mqtt?.received, ledger().device('x-1199').mqtt?.refused], [3, { rate: 3 }]);
    }
    assert.deepEqual([table, rowsOf('ledger_journal')], [[402, 1_402, 2_402], 0]);
    refuse();
    ledger().fold();
    refuse();
    assert.equal(ledger().read().total.received, 6_000);
    fixture.crash();
    assert.equal(rowsOf('ledger_journal'), 0);
    assert.deepEqual([ledger().read().total.received, ledger().read().total.refused], [6_000, { rate: 6_000 }]);
    for (const device of ['x-0', 'x-600', 'x-1199']) assert.equal(ledger().device(device).mqtt?.received, 5);
  });

  it('that cannot be read is told as a damaged file, and the file is let go of', () => {
    fixture = new InboxFixture();
    fixture.alter(`INSERT INTO ledger_journal (entries) VALUES ('[["a"')`);
    assert.throws(() => fixture.restart(), (error) => error instanceof StorageError && error.code === 'HOLDFAST_STORAGE_DAMAGED' && /ledger/.test(error.message));
    fixture.alter('DELETE FROM ledger_journal');
    fixture.restart();
    assert.equal(ledger().read().total.received, 0);
  });
});
