import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { compareTexts } from '../../../core/store/embedded/series/text-order.ts';

describe('the order of names', () => {
  it('is that of their bytes in UTF-8, as databases have it', () => {
    const name = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', 'a', 'ab', 'é', '\uffff', '\u{1f600}', '\u{1f601}', 'a\u{10000}', 'a\ue000'));
    fc.assert(fc.property(name, name, (a, b) => {
      assert.equal(Math.sign(compareTexts(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }), { numRuns: 1_000 });
  });
});
