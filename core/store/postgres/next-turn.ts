/** Work on this many readings takes some milliseconds; then everything else has its turn. */
export const ROWS_A_TURN = 4_000;

/** Lets everything else have its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
