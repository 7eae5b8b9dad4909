import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { PageFill } from '../../../core/store/embedded/deletion/page-fill.ts';

describe('rows that take more than a page', () => {
  for (const page of [1024, 4096, 16_384]) {
    it(`leave nothing of their last one as they found it, with pages of ${page} bytes`, () => {
      const database = new DatabaseSync(':memory:');
      database.exec(`PRAGMA page_size=${page}; CREATE TABLE chunk_data (id INTEGER PRIMARY KEY, data BLOB NOT NULL, pad BLOB) STRICT; CREATE TABLE scrub (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT`);
      const fill = new PageFill(page);
      const insert = database.prepare('INSERT INTO chunk_data (data, pad) VALUES (?, ?)');
      const overflow = (table: string): Array<Record<string, unknown>> => database.prepare(`SELECT unused FROM dbstat WHERE name = '${table}' AND pagetype = 'overflow'`).all();
      fc.assert(fc.property(fc.integer({ min: 1, max: page * 6 }), (length) => {
        database.exec('DELETE FROM chunk_data');
        const pad = fill.pad(length);
        assert.ok(pad >= 0 && pad < page / 4, `a pad of ${pad} bytes`);
        insert.run(Buffer.alloc(length, 1), pad === 0 ? null : Buffer.alloc(pad));
        assert.deepEqual(overflow('chunk_data').filter(({ unused }) => unused !== 0), []);
      }), { numRuns: 300 });
      for (const pages of [1, 2, 128, 256]) {
        database.exec('DELETE FROM scrub');
        database.prepare('INSERT INTO scrub (data) VALUES (zeroblob(?))').run(BigInt(fill.filling(pages)));
        assert.deepEqual(overflow('scrub').map(({ unused }) => unused), Array.from({ length: pages }, () => 0));
      }
      database.close();
    });
  }
});
