import { QUALITY } from '../../sample/sample.ts';
import type { Quality, ReadingValue } from '../../sample/sample.ts';

/** The type of a stored value. On disk it is the low half of the kind byte; the high half is the quality. */
export const TYPE = { null: 0, false: 1, true: 2, number: 3, text: 4, /** Text that is no valid Unicode; on disk only. */ textUtf16: 5 } as const;

/** Bits of the kind byte that hold the type. */
export const TYPE_BITS = 0x0f;

export function kindOf(type: number, quality: Quality): number {
  return (quality << 4) | type;
}

export function typeOfKind(kind: number): number {
  return kind & TYPE_BITS;
}

export function qualityOfKind(kind: number): Quality {
  return qualityOf(kind >>> 4);
}

export function isQuality(value: unknown): value is Quality {
  return value === 1 || value === 2 || value === 3 || value === 4 || value === 9;
}

/** Whether these are quality tests by name, with what each found. */
export function areTests(value: unknown): value is Record<string, Quality> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isQuality);
}

/** What stands for the quality on disk. */
export function qualityOf(value: unknown): Quality {
  return isQuality(value) ? value : QUALITY.unknown;
}

/** The value of a reading of this kind; `number` and `text` matter where the type says so. */
export function valueOfKind(kind: number, number: number, text: string | undefined): ReadingValue {
  switch (kind & TYPE_BITS) {
    case TYPE.number:
      return number;
    case TYPE.text:
      return text ?? '';
    case TYPE.true:
      return true;
    case TYPE.false:
      return false;
    default:
      return null;
  }
}

/** Whether two readings have the same value, to the bit: 1, true and "1" differ, and so do 0 and -0. */
export function sameValue(a: ReadingValue, b: ReadingValue): boolean {
  return Object.is(a, b);
}
