import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HistoryQueryError } from '../../../../core/history/history-error.ts';
import { readQuarantineFilter } from '../../../../core/quarantine/review/read-filter.ts';

const NOW = Date.UTC(2026, 2, 10, 12);

describe('a filter of the quarantine', () => {
  it('is read from the texts of a request as from the JSON of a message', () => {
    const read = { ids: [7, 9], upTo: 40, reason: 'contract', device: 'press-1', contract: 'press', from: Date.UTC(2026, 2, 1), to: 1_773_200_000_000 };
    assert.deepEqual(readQuarantineFilter({ ids: '7, 9,7', upTo: '40', reason: 'contract', device: 'press-1', contract: 'press', from: '2026-03-01T00:00:00Z', to: '1773200000000' }, NOW), read);
    assert.deepEqual(readQuarantineFilter({ ...read, ids: [7, 9] }, NOW), read);
  });

  it('means all when nothing is given, also by empty texts', () => {
    assert.deepEqual(readQuarantineFilter({}, NOW), {});
    assert.deepEqual(readQuarantineFilter({ device: '', reason: ' ', from: '', ids: null }, NOW), {});
  });

  it('takes times as people say them', () => {
    assert.deepEqual(readQuarantineFilter({ from: '-2h' }, NOW), { from: NOW - 2 * 3_600_000 });
    const { from = 0, to = 0 } = readQuarantineFilter({ from: 'yesterday' }, NOW);
    assert.equal(to - from, 86_400_000);
  });

  const WRONG: Array<{ given: unknown; says: RegExp }> = [
    { given: undefined, says: /filter is undefined\. Give an object such as/ },
    { given: 'press-1', says: /filter is "press-1"/ },
    { given: [1], says: /filter is a list/ },
    { given: { devise: 'press-1' }, says: /field "devise", which is not known\. Use ids, upTo, reason/ },
    { given: { device: ['press-1', 'press-2'] }, says: /device is a list\. Give one text/ },
    { given: { reason: 4 }, says: /reason is 4/ },
    { given: { from: 'soon' }, says: /from is "soon", which is no time/ },
    { given: { from: 20, to: 20 }, says: /nothing lies between/ },
    { given: { ids: [] }, says: /ids is an empty list/ },
    { given: { ids: ['7', 'x'] }, says: /ids has "x"\. The id of an entry is a whole number/ },
    { given: { ids: '7,' }, says: /ids has ""/ },
    { given: { ids: [1.5] }, says: /ids has 1\.5/ },
    { given: { ids: Array.from({ length: 1_001 }, (_, id) => id) }, says: /ids has 1001 entries\. Give at most 1000/ },
    { given: { upTo: -1 }, says: /upTo is -1/ },
  ];
  for (const { given, says } of WRONG) {
    it(`is refused with a sentence when it is ${JSON.stringify(given)?.slice(0, 40)}`, () => {
      assert.throws(() => readQuarantineFilter(given, NOW), (error: Error) => error instanceof HistoryQueryError && says.test(error.message));
    });
  }

  it('is read or refused with a sentence, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.record({ ids: fc.anything(), upTo: fc.anything(), reason: fc.anything(), device: fc.anything(), from: fc.anything(), to: fc.anything() }, { requiredKeys: [] })), (given) => {
        try {
          readQuarantineFilter(given, NOW);
        } catch (error) {
          assert.ok(error instanceof HistoryQueryError, String(error));
          assert.match(error.message, /\. /);
        }
      }),
    );
  });
});
