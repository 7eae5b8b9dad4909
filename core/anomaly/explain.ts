export const SENTENCES = {
  usual: 'Within what is usual.',
  warmingUp: 'Not judged yet: still learning what is usual.',
  noNumber: 'Not judged: there is no number in this reading.',
  notTrusted: 'Not judged: the quality of this reading is too bad.',
} as const;

/** Writes a number with two digits of the spread it is compared by: 98.2 beside a spread of 3.5. */
function rounded(value: number, scale: number): string {
  const digits = 1 - Math.floor(Math.log10(scale));
  const magnitude = Math.abs(value);
  if (magnitude >= 1e15 || digits > 12) return String(Number(value.toPrecision(4)));
  const text = value.toFixed(Math.max(0, digits));
  return Number(text) === 0 ? text.replace('-', '') : text;
}

function times(score: number): string {
  return score >= 1000 ? 'more than 1000 times the usual spread' : `${score.toFixed(1)} times the usual spread`;
}

/** The sentence for a reading that is worth one: outside what was expected, or near its edge. */
export function explain(value: number, mean: number, scale: number, score: number, threshold: number, anomaly: boolean): string {
  const low = mean - threshold * scale;
  const high = mean + threshold * scale;
  const shown = rounded(value, scale);
  const range = `between ${rounded(low, scale)} and ${rounded(high, scale)}`;
  if (value > high) return `${shown} is ${rounded(value - high, scale)} above what was expected (${range}); ${times(score)}.`;
  if (value < low) return `${shown} is ${rounded(low - value, scale)} below what was expected (${range}); ${times(score)}.`;
  const far = `${times(score)} from the usual ${rounded(mean, scale)}`;
  if (anomaly) return `${shown} is not yet back to what is usual (${range}); ${far}.`;
  return `${shown} is near the edge of what was expected (${range}); ${far}.`;
}
