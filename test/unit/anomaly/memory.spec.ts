import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Memory } from '../../../core/anomaly/memory.ts';

const number = fc.oneof(fc.double(), fc.constantFrom(-0, Number.NaN, Infinity, -Infinity, 5e-324));
const contents = fc.record({ numbers: fc.array(number, { maxLength: 20 }), sparse: fc.array(fc.float(), { maxLength: 20 }) });

function filled({ numbers, sparse }: { numbers: readonly number[]; sparse: readonly number[] }): { memory: Memory; first: Float64Array; second: Float32Array } {
  const memory = new Memory();
  const first = memory.numbers(numbers.length);
  const second = memory.sparse(sparse.length);
  first.set(numbers);
  second.set(sparse);
  return { memory, first, second };
}

describe('the memory of a detector', () => {
  it('gives zeros, or what is not known', () => {
    const memory = new Memory();
    assert.deepEqual([...memory.numbers(2), ...memory.sparse(2)], [0, 0, Number.NaN, Number.NaN]);
    assert.equal(memory.bytes, 2 * 8 + 2 * 4);
  });

  it('comes back from JSON to the last bit', () => {
    fc.assert(fc.property(contents, (content) => {
      const from = filled(content);
      const { bytes, crc } = JSON.parse(JSON.stringify(from.memory.save()));
      const into = filled({ numbers: content.numbers.map(() => 7), sparse: content.sparse.map(() => 7) });
      assert.equal(into.memory.load(bytes, crc), true);
      assert.deepStrictEqual([...into.first], [...from.first]);
      assert.deepStrictEqual([...into.second], [...from.second]);
      assert.deepEqual(into.memory.save(), from.memory.save());
    }));
  });

  it('takes up nothing of what is not whole', () => {
    const { memory } = filled({ numbers: [1, 2, 3], sparse: [4] });
    const { bytes, crc } = memory.save();
    const into = filled({ numbers: [9, 9, 9], sparse: [9] });
    for (const [text, sum] of [[bytes, crc + 1], [bytes.slice(4), crc], [`AAAA${bytes}`, crc], ['', 0], ['no base64!', crc], [bytes, Number.NaN]] as const) assert.equal(into.memory.load(text, sum), false);
    assert.deepEqual([...into.first, ...into.second], [9, 9, 9, 9]);
  });
});
