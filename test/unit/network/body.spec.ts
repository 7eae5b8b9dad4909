import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Body } from '../../../core/network/body.ts';

describe('a body', () => {
  it('is what its pieces are, and holds no more than twice that', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (pieces) => {
        const body = new Body();
        for (const piece of pieces) {
          const announced = body.heldWith(piece.length);
          body.add(piece);
          assert.equal(body.held, announced);
          assert.ok(body.held <= 2 * body.length);
        }
        assert.deepEqual(Buffer.from(body.bytes), Buffer.concat(pieces));
        assert.equal(body.length, body.bytes.length);
        let from = 0;
        for (const piece of pieces) {
          assert.ok(body.holds(from, piece));
          from += piece.length;
        }
        assert.equal(body.holds(from, Uint8Array.of(0)), false);
      }),
    );
  });
});
