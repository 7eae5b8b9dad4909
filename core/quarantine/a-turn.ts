/** Resolves when the others have had a turn of the event loop. */
export function aTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
