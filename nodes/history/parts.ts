import { rowsFrom } from '../../core/history/result.ts';
import type { HistoryBlock } from '../../core/history/result.ts';

/** Some rows of an answer, in its order. */
export interface Part {
  readonly blocks: readonly HistoryBlock[];
  readonly rows: number;
  /** No other comes after it. */
  readonly last: boolean;
}

/**
 * Divides an answer into parts of so many rows, the last of what is left; an answer without a row is one part. Infinity: all in one.
 * Only when the next part is asked for is more of the answer worked out, one row beyond what is given: that tells which part is the last.
 */
export async function* partsOf(answer: AsyncIterable<HistoryBlock>, rowsOfPart: number): AsyncGenerator<Part, void> {
  let blocks: HistoryBlock[] = [];
  let rows = 0;
  for await (const block of answer) {
    let taken = 0;
    while (taken < block.rows.length) {
      if (rows === rowsOfPart) {
        yield { blocks, rows, last: false };
        [blocks, rows] = [[], 0];
      }
      const part = rowsFrom(block, taken, taken + rowsOfPart - rows);
      blocks.push(part);
      rows += part.rows.length;
      taken += part.rows.length;
    }
  }
  yield { blocks, rows, last: true };
}
