import { HoldfastError } from '../errors/holdfast-error.ts';
import { MAXIMUM_EDGES } from './bucket.ts';

/** Edges between which nothing can be counted. Code `HOLDFAST_BUCKETS`. */
export class BucketEdgesError extends HoldfastError {
  constructor(message: string) {
    super('HOLDFAST_BUCKETS', message);
  }
}

/** @throws BucketEdgesError unless the edges are two to MAXIMUM_EDGES, whole milliseconds, each after the one before. */
export function checkEdges(edges: readonly number[]): void {
  if (edges.length < 2 || edges.length > MAXIMUM_EDGES) throw new BucketEdgesError(`There are ${edges.length} edges of buckets. Give 2 to ${MAXIMUM_EDGES}, one more than there are buckets.`);
  let before = -Infinity;
  edges.forEach((edge, index) => {
    if (!Number.isSafeInteger(edge)) throw new BucketEdgesError(`Edge ${index + 1} of the buckets is ${edge}. Give whole milliseconds since 1970.`);
    if (edge <= before) throw new BucketEdgesError(`Edge ${index + 1} of the buckets is ${edge}, and the one before it is ${before}. Give each after the one before.`);
    before = edge;
  });
}
