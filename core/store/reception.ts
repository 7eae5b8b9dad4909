/** Beyond this the log of the embedded store cannot tell two receptions apart to the millisecond. */
const MAXIMUM_RECEPTION = 2 ** 51;

/** When a sample was received, in milliseconds since the epoch: one that does not say so, or names a time that cannot be, is taken to have come just now. */
export function receptionOf(received: number, now: number): number {
  return Number.isInteger(received) && Math.abs(received) <= MAXIMUM_RECEPTION ? received : now;
}
