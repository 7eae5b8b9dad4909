import assert from 'node:assert/strict';
import fc from 'fast-check';
import { previewOf, shownEntry, shownPage } from '../../../../core/quarantine/review/shown-entry.ts';
import type { QuarantineFilter, QuarantinePage } from '../../../../core/quarantine/quarantine.ts';
import { entryOf, MemoryQuarantine } from './memory-quarantine.ts';

describe('an entry of the quarantine as a person sees it', () => {
  it('has its bytes in base64, and readable where they are text', () => {
    const { payload, size, preview, device } = shownEntry(entryOf(3, { payload: Buffer.from('{"ort":"Tür"}') }));
    assert.equal(Buffer.from(payload, 'base64').toString(), '{"ort":"Tür"}');
    assert.deepEqual({ size, preview, device }, { size: 14, preview: { kind: 'text', text: '{"ort":"Tür"}', cut: false }, device: 'press-1' });
  });

  it('is in hexadecimal where the bytes are none, or hold what nobody can see', () => {
    assert.deepEqual(previewOf(Uint8Array.of(0xff, 0x00, 0x0a)), { kind: 'hex', text: 'ff 00 0a', cut: false });
    assert.deepEqual(previewOf(Buffer.from('a\u0000b')), { kind: 'hex', text: '61 00 62', cut: false });
    assert.equal(previewOf(Buffer.from('a\tb\r\n')).kind, 'text');
  });

  it('is cut without breaking a character', () => {
    const { kind, text, cut } = previewOf(Buffer.from('ü'.repeat(5_000)).subarray(0, 9_999));
    assert.deepEqual({ kind, cut, text }, { kind: 'text', cut: true, text: 'ü'.repeat(1_024) });
    assert.equal(previewOf(Buffer.from(`x${'ü'.repeat(5_000)}`)).text, `x${'ü'.repeat(1_023)}`);
  });

  it('survives JSON with every byte, whatever they are', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 4_000 }), (payload) => {
      const shown = JSON.parse(JSON.stringify(shownEntry(entryOf(1, { payload })))) as { payload: string };
      assert.deepEqual(new Uint8Array(Buffer.from(shown.payload, 'base64')), payload);
    }));
  });
});

describe('a page of the quarantine', () => {
  const quarantine = new MemoryQuarantine(Array.from({ length: 100 }, (_, index) => entryOf(index + 1, { device: index % 2 === 0 ? 'press-1' : 'press-2' })));

  it('has the newest first, says how many there are, and goes on where it ended', async () => {
    const seen: number[] = [];
    let before: number | undefined;
    let pages = 0;
    do {
      const { entries, count, next } = await shownPage(quarantine, { device: 'press-1' }, { limit: 20, ...(before !== undefined && { before }) });
      assert.equal(count, 50);
      seen.push(...entries.map(({ id }) => id));
      before = next;
      pages += 1;
    } while (before !== undefined);
    assert.deepEqual({ pages, seen }, { pages: 3, seen: Array.from({ length: 50 }, (_, index) => 99 - 2 * index) });
  });

  it('is whole also where the quarantine finds its entries among many others, some at a time', async () => {
    const slow = { count: (filter: QuarantineFilter) => quarantine.count(filter), list: looksAtTen };
    function looksAtTen(filter: QuarantineFilter, { limit, before = 101 }: { limit: number; before?: number }): QuarantinePage {
      const { entries } = quarantine.list({ ...filter, from: 1_000 * (before - 10) }, { limit, before });
      return before > 11 ? { entries, next: before - 10 } : { entries };
    }
    const { entries, next } = await shownPage(slow, { device: 'press-2', to: 40_000 }, { limit: 100 });
    assert.deepEqual({ ids: entries.map(({ id }) => id), next }, { ids: Array.from({ length: 19 }, (_, index) => 38 - 2 * index), next: undefined });
  });

  it('ends where its payloads become many bytes', async () => {
    const large = new MemoryQuarantine([1, 2, 3, 4].map((id) => entryOf(id, { payload: Buffer.alloc(600_000) })));
    const looksAtOne = { count: (filter: QuarantineFilter) => large.count(filter), list: (filter: QuarantineFilter, page: { limit: number; before?: number }) => large.list(filter, { ...page, limit: 1 }) };
    const { entries, next, count } = await shownPage(looksAtOne, {}, { limit: 100 });
    assert.deepEqual([entries.map(({ id }) => id), next, count], [[4, 3], 3, 4]);
  });
});
