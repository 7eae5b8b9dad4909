/** What one payload may hold. A payload beyond a limit is refused whole, out loud; nothing is cut off in silence. */
export const LIMITS = {
  /** Levels of objects inside one another, counted from the object that holds the readings. */
  depth: 32,
  metricsPerSample: 1_000,
  /** Objects met inside one sample; bounds the work on a value that reaches the same object by many ways. */
  groupsPerSample: 1_000,
  samplesPerPayload: 10_000,
  /** Characters of a metric's name, dots of flattened objects included. */
  metricName: 128,
  /** Digits of an integer that is kept exact as text: as many as the largest double has. */
  integerDigits: 309,
} as const;

/** A text from a payload, short enough and clean enough for a sentence. */
export function excerpt(text: string, length = 40): string {
  const clean = text.slice(0, length + 1).replace(/\p{C}/gu, '·');
  return clean.length > length ? `${clean.slice(0, length)}…` : clean;
}
