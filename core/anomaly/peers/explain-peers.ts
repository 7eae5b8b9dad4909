import type { DeviationVerdict } from './usual-deviation.ts';

export const PEER_SENTENCES = {
  usual: 'As usual beside its group.',
  split: 'Not judged by its group: too many of its devices are away from the others at once.',
} as const;

/** Below this part of the spread that is usual, an offset is not worth a word. */
const SMALL = 0.1;

/**
 * The sentence for a reading that stands out of its group.
 *
 * @param others how many others have a fresh reading.
 */
export function explainPeers(value: number, median: number, others: number, group: string, { score, usual, limit }: DeviationVerdict): string {
  const off = value - median;
  const offset = usual - median;
  const usually = Math.abs(offset) < SMALL * limit ? 'usually it is close to them' : `usually it is ${beside(offset, limit)} them`;
  const unusual = score >= 1 ? '' : '; that is not far enough to be unusual';
  return `${shown(value, limit)} is ${beside(off, limit)} what the ${others} other devices of the ${group} show (${shown(median, limit)}); ${usually}${unusual}.`;
}

function beside(offset: number, scale: number): string {
  return `${shown(Math.abs(offset), scale)} ${offset < 0 ? 'below' : 'above'}`;
}

/** A number with two digits of what it is compared by. */
function shown(value: number, scale: number): string {
  const digits = Math.max(0, 1 - Math.floor(Math.log10(scale)));
  if (Math.abs(value) >= 1e15 || digits > 12) return String(Number(value.toPrecision(4)));
  return String(Number(value.toFixed(digits)) + 0);
}
