/** A number that JavaScript cannot hold exactly, or at all, together with the digits it was written with. */
export class UnsafeNumber {
  readonly source: string;
  readonly value: number;

  constructor(source: string, value: number) {
    this.source = source;
    this.value = value;
  }
}

/** Whether a parsed number may have lost digits (an integer beyond 2^53) or overflowed to infinity. */
export function isUnsafe(value: number): boolean {
  return value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER || value !== value;
}

/**
 * Parses once more, with an `UnsafeNumber` in the place of every number that is unsafe. It relies on the third argument of the
 * reviver (ECMAScript "JSON.parse source text access"), and it recurses: check the depth of `text` first.
 */
export function parseExact(text: string): unknown {
  // The type says two arguments; the engine hands over three.
  const reviver = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' && isUnsafe(value) && context?.source !== undefined ? new UnsafeNumber(context.source, value) : value;
  return JSON.parse(text, reviver);
}
