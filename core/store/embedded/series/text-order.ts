const FIRST_SURROGATE = 0xd800;
const AFTER_SURROGATES = 0xe000;

/** Orders texts by their code points, as UTF-8 does, and so SQLite and PostgreSQL: unlike `<`, which orders them by UTF-16. */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const one = a.charCodeAt(index);
    const other = b.charCodeAt(index);
    if (one !== other) return rank(one) - rank(other);
  }
  return a.length - b.length;
}

/** Half of a pair stands for a code point beyond all that are one unit. */
function rank(unit: number): number {
  return unit >= FIRST_SURROGATE && unit < AFTER_SURROGATES ? unit + 0x1_0000 : unit;
}
