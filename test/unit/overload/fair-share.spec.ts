import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { FairShare } from '../../../core/overload/fair-share.ts';

describe('Fair share', () => {
  it('lets a single device take half of the bound, and leaves the other half to the rest', () => {
    const share = new FairShare();
    let held = 0;
    while (share.admits(held, held, 1_000)) held += 1;
    assert.equal(held, 500);
    assert.equal(share.admits(0, held, 1_000), true);
  });

  it('gives n devices that send without end equal parts, and leaves one such part free', () => {
    const share = new FairShare();
    const held = Array.from({ length: 9 }, () => 0);
    const used = (): number => held.reduce((sum, bytes) => sum + bytes, 0);
    for (let round = 0; round < 2_000; round += 1) {
      for (const [device, bytes] of held.entries()) if (share.admits(bytes, used(), 1_000)) held[device] = bytes + 1;
    }
    for (const bytes of held) assert.ok(Math.abs(bytes - 100) <= 1, `${bytes}`);
  });

  it('takes from the greedy when others come, without touching what they hold', () => {
    const share = new FairShare();
    assert.equal(share.admits(400, 400, 1_000), true);
    assert.equal(share.admits(400, 700, 1_000), false);
  });

  it('always lets a device in that holds nothing, until the bound is reached, and nobody beyond it', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 16, noNaN: true }), fc.integer({ min: 1, max: 1e12 }), fc.double({ min: 0, max: 1.5, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (alpha, bound, fill, part) => {
        const share = new FairShare(alpha);
        const used = Math.floor(bound * fill);
        assert.equal(share.admits(0, used, bound), used < bound);
        if (used >= bound) assert.equal(share.admits(Math.floor(used * part), used, bound), false);
      }),
    );
  });
});
