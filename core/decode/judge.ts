import type { MetricDeclaration, Profile } from '../profile/profile.ts';
import { CLOCK_TOLERANCE } from '../sample/judged-time.ts';
import type { DecodeContext, Decoded } from './decoded.ts';
import { flag, flagAll, remarkOn } from './remark.ts';
import { isUnsafe } from './unsafe-number.ts';

/**
 * Puts on samples what needs more than the payload to know, and returns them: the flag `clock` where the time lies more than five minutes ahead of
 * the reception, or is older than the profile allows; units that the profile declares; and values of the declared type for texts that
 * spell one (flag `converted`, the text in `raw`). A value that is not of the declared type stays, with the flag `type`.
 */
export function judge(samples: Decoded[], { received, profile }: Pick<DecodeContext, 'received' | 'profile'>): Decoded[] {
  const declared = profile === undefined ? undefined : declarationsOf(profile);
  const latest = received + CLOCK_TOLERANCE;
  const earliest = profile === undefined || profile.maximumAge === 0 ? -Infinity : received - profile.maximumAge;
  for (const sample of samples) {
    if (sample.ts !== undefined && (sample.ts > latest || sample.ts < earliest)) flagAll(sample, 'clock');
    if (declared === undefined) continue;
    for (const name in sample.values) {
      const declaration = declared.get(name);
      if (declaration !== undefined) apply(declaration, sample, name);
    }
  }
  return samples;
}

/** By profile, since a Map is looked into faster than an object that may be asked for `toString`. */
const declarations = new WeakMap<Profile['metrics'], ReadonlyMap<string, MetricDeclaration>>();

function declarationsOf({ metrics }: Profile): ReadonlyMap<string, MetricDeclaration> | undefined {
  let known = declarations.get(metrics);
  if (known === undefined) {
    known = new Map(Object.entries(metrics));
    declarations.set(metrics, known);
  }
  return known.size === 0 ? undefined : known;
}

function apply({ type, unit }: MetricDeclaration, sample: Decoded, name: string): void {
  if (unit !== undefined) {
    const remark = remarkOn(sample, name);
    remark.unit ??= unit;
  }
  const value = sample.values[name];
  if (type === undefined || value === undefined || value === null || isOf(type, value)) return;
  const converted = typeof value === 'string' ? convert(type, value) : undefined;
  if (converted !== undefined) {
    sample.values[name] = converted;
    flag(sample, name, 'converted').raw = value;
  } else if (typeof value === 'string' && isExactInteger(type, value)) {
    flag(sample, name, 'big-integer');
  } else {
    flag(sample, name, 'type');
  }
}

function isOf(type: NonNullable<MetricDeclaration['type']>, value: number | string | boolean): boolean {
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const TRUE = new Set(['true', 'on', 'yes', '1']);
const FALSE = new Set(['false', 'off', 'no', '0']);

function convert(type: NonNullable<MetricDeclaration['type']>, text: string): number | boolean | undefined {
  const word = text.trim();
  if (type === 'boolean') {
    const lower = word.length > 5 ? '' : word.toLowerCase();
    return TRUE.has(lower) ? true : FALSE.has(lower) ? false : undefined;
  }
  if (!DECIMAL.test(word)) return undefined;
  const number = Number(word);
  if (!Number.isFinite(number) || (type === 'integer' && !Number.isInteger(number))) return undefined;
  // A long row of digits would lose some of them; as text it is exact.
  return isUnsafe(number) && isWhole(word) ? undefined : number;
}

/** An integer that no double holds exactly stands as text, and is of the declared type all the same. */
function isExactInteger(type: NonNullable<MetricDeclaration['type']>, text: string): boolean {
  return (type === 'integer' || type === 'number') && isWhole(text.trim()) && Number.isFinite(Number(text));
}

function isWhole(text: string): boolean {
  return /^[+-]?\d+$/.test(text);
}
