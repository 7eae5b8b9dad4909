import type { Texts } from './texts.ts';

const UNITS = ['bytes', 'kibibytes', 'mebibytes', 'gibibytes', 'tebibytes'] as const;

/** A number of bytes as people of that language write it, in the unit that suits it. */
export function shownBytes(texts: Texts, bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const amount = new Intl.NumberFormat(RED.i18n.lang(), { maximumFractionDigits: power === 0 ? 0 : 1 }).format(bytes / 1024 ** power);
  return `${amount} ${texts(`units.${UNITS[power] ?? 'bytes'}`)}`;
}
