import assert from 'node:assert/strict';
import { StorageError } from '../../../core/sqlite/storage-error.ts';
import { sampleOf, StoreFixture } from './fixture.ts';

describe('the store, with damaged data', () => {
  let fixture: StoreFixture;
  const values = (device: string): unknown[] => fixture.all(device, 'v').map(({ value }) => value);
  const told = (): string[] => fixture.problems.map(({ message }) => message);

  beforeEach(() => {
    fixture = new StoreFixture({ chunkReadings: 4 });
  });
  afterEach(() => fixture.remove());

  describe('a damaged chunk', () => {
    beforeEach(() => {
      for (let ts = 0; ts < 10; ts += 1) fixture.write(sampleOf('a', ts * 1000, { v: ts }), sampleOf('b', ts * 1000, { v: ts }));
      fixture.store.seal();
    });

    it('is told of once, by device, metric and time, and everything else is served', () => {
      fixture.flip('chunk', 'series = 1 AND first_ts = 4000');
      fixture.reopen();
      for (let round = 0; round < 3; round += 1) {
        assert.deepEqual([values('a'), values('b')], [[0, 1, 2, 3, 8, 9], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
        assert.equal(fixture.store.latest('a')['v']?.value, 9);
      }
      assert.equal(fixture.problems.length, 1);
      assert.ok(fixture.problems[0] instanceof StorageError && fixture.problems[0].failure === 'DAMAGED');
      assert.match(told().join(), /4 readings of "v" of "a" from 1970-01-01T00:00:04\.000Z to 1970-01-01T00:00:07\.000Z .* checksum/);
    });

    it('does not keep new and late readings out, and is set aside as it is', () => {
      fixture.flip('chunk', 'series = 1 AND first_ts = 8000');
      fixture.reopen();
      for (const ts of [8, 9, 10, 11, 12]) assert.equal(fixture.write(sampleOf('a', ts * 1000, { v: `again ${ts}` })), undefined);
      for (const again of [() => fixture.store.seal(), () => fixture.crash(), () => fixture.store.seal()]) {
        again();
        assert.deepEqual(values('a'), [0, 1, 2, 3, 4, 5, 6, 7, ...[8, 9, 10, 11, 12].map((ts) => `again ${ts}`)]);
        assert.equal(fixture.store.count('a'), 13);
      }
      assert.deepEqual(fixture.sql('SELECT source, series, first_ts, count FROM damaged').map((row) => ({ ...row })), [{ source: 'chunk', series: 1, first_ts: 8000, count: 2 }]);
    });

    it('whose readings are gone altogether is told of like one that is damaged, and takes new readings again', () => {
      fixture.sql('DELETE FROM chunk_data WHERE id = (SELECT data FROM chunk WHERE series = 1 AND first_ts = 4000)');
      fixture.reopen();
      assert.deepEqual([values('a'), values('b').length], [[0, 1, 2, 3, 8, 9], 10]);
      assert.match(told().join(), /^4 readings of "v" of "a" from .* are damaged \(they are gone\)/);
      fixture.write(sampleOf('a', 5000, { v: 'again' }));
      fixture.store.seal();
      assert.deepEqual([values('a'), fixture.store.count('a')], [[0, 1, 2, 3, 'again', 8, 9], 7]);
    });

    it('does not take the newest reading with it, which is kept a second time; before it, the newest that can be read is found', () => {
      fixture.flip('chunk', 'series = 1 AND first_ts = 8000');
      fixture.reopen();
      assert.equal(fixture.store.latest('a')['v']?.value, 9);
      assert.equal(fixture.store.latestOf({ devices: ['a'], at: 8500 })[0]?.reading.value, 7);
    });
  });

  describe('a damaged batch of the log', () => {
    it('is told of with the number of its readings when the store is opened, and the rest is served', () => {
      for (let ts = 0; ts < 3; ts += 1) fixture.write(sampleOf('a', ts, { v: ts }), sampleOf('b', ts, { v: ts }));
      fixture.flip('log', 'id = 2');
      fixture.reopen();
      assert.deepEqual(fixture.problems, [], 'nobody could have been told before the store was there');
      fixture.clock.advance(1);
      assert.match(told().join(), /^2 readings that were written to .* shortly before it was last closed are damaged .*checksum/);
      for (const again of [() => {}, () => fixture.store.seal(), () => fixture.reopen()]) {
        again();
        assert.deepEqual([values('a'), values('b'), fixture.store.count()], [[0, 2], [0, 2], 4]);
      }
      assert.deepEqual(fixture.sql('SELECT source, count FROM damaged').map((row) => ({ ...row })), [{ source: 'log', count: 2 }]);
      assert.equal(fixture.problems.length, 1);
    });
  });
});
