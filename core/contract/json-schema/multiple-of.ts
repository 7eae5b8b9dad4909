/** A number as written in decimals: `digits` times ten to the power of `exponent`. */
interface Decimal { digits: bigint; exponent: number }

/**
 * Whether a number is a multiple of a step, both taken as the decimals that they are written with: 0.3 is a multiple of 0.1, and
 * 0.30000000000000004 is not.
 */
export function multipleOf(step: number): (value: number) => boolean {
  const divisor = decimalOf(step);
  return (value) => {
    if (!Number.isFinite(value)) return false;
    if (Number.isSafeInteger(value) && Number.isSafeInteger(step)) return value % step === 0;
    const dividend = decimalOf(value);
    const exponent = Math.min(dividend.exponent, divisor.exponent);
    return scaled(dividend, exponent) % scaled(divisor, exponent) === 0n;
  };
}

function scaled({ digits, exponent }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(exponent - to);
}

function decimalOf(value: number): Decimal {
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}
