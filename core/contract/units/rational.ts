/** An exact number: numerator and denominator, the denominator above 0. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

/** Digits that a quotient is worked out to; a double holds seventeen. */
const DIGITS = 25;

/** The number that a text spells: `12.5`, `1e-3`, or a fraction of two such, `5/9`. */
export function rational(text: string): Rational {
  const [over = '', under] = text.split('/');
  return under === undefined ? decimal(over) : times(decimal(over), inverse(decimal(under)));
}

/** Just the decimal number that a double is written as, so that 0.1 is a tenth. */
export function rationalOf(value: number): Rational {
  return decimal(String(value));
}

export function plus(a: Rational, b: Rational): Rational {
  return { n: a.n * b.d + b.n * a.d, d: a.d * b.d };
}

export function minus(a: Rational, b: Rational): Rational {
  return plus(a, { n: -b.n, d: b.d });
}

export function times(a: Rational, b: Rational): Rational {
  return { n: a.n * b.n, d: a.d * b.d };
}

/** @param a not 0. */
export function inverse(a: Rational): Rational {
  return a.n < 0n ? { n: -a.d, d: -a.n } : { n: a.d, d: a.n };
}

/** The nearest double; Infinity beyond the largest. */
export function numberOf({ n, d }: Rational): number {
  const shift = Math.max(0, DIGITS + d.toString().length - n.toString().length);
  return Number(`${(n * 10n ** BigInt(shift)) / d}e-${shift}`);
}

function decimal(text: string): Rational {
  const [mantissa = '', exponent = '0'] = text.split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const power = Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  return power >= 0 ? { n: digits * 10n ** BigInt(power), d: 1n } : { n: digits, d: 10n ** BigInt(-power) };
}
