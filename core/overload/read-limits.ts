import { ConfigError } from '../errors/holdfast-error.ts';
import { NO_LIMITS, OVER_LIMIT } from './limits.ts';
import type { Limits } from './limits.ts';

const PROPERTIES = ['messagesPerSecond', 'bytesPerSecond', 'burst', 'over'];

/**
 * Limits as a person or an imported flow gives them; what is missing is that of `NO_LIMITS`.
 *
 * @param field how the sentence names them, such as `profiles, row 2, limits`.
 * @throws ConfigError naming the field, the value and the cure.
 */
export function readLimits(value: unknown, field: string): Limits {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ConfigError(field, `${field} is not an object. Give ${PROPERTIES.join(', ')}.`);
  const given: Record<string, unknown> = { ...value };
  const unknown = Object.keys(given).find((name) => !PROPERTIES.includes(name));
  if (unknown !== undefined) throw new ConfigError(field, `${field} has "${unknown.slice(0, 40)}", which is not known. Use ${PROPERTIES.join(', ')}.`);
  const over = OVER_LIMIT.find((one) => one === (given['over'] ?? NO_LIMITS.over));
  if (!over) throw new ConfigError(`${field}, over`, `${field}, over, is "${String(given['over']).slice(0, 40)}". Choose one of: ${OVER_LIMIT.join(', ')}.`);
  return {
    messagesPerSecond: readNumber(given['messagesPerSecond'] ?? 0, `${field}, messagesPerSecond,`, { minimum: 0.001, maximum: 1e6, noLimit: true }),
    bytesPerSecond: readNumber(given['bytesPerSecond'] ?? 0, `${field}, bytesPerSecond,`, { minimum: 1, maximum: 1e10, noLimit: true }),
    burst: readNumber(given['burst'] ?? NO_LIMITS.burst, `${field}, burst,`, { minimum: 0.1, maximum: 86_400, noLimit: false }),
    over,
  };
}

function readNumber(value: unknown, field: string, { minimum, maximum, noLimit }: { minimum: number; maximum: number; noLimit: boolean }): number {
  const read = typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  if ((noLimit && read === 0) || (read >= minimum && read <= maximum)) return read;
  throw new ConfigError(field.replace(/,$/u, ''), `${field} is "${String(value).slice(0, 40)}". Enter a number between ${minimum} and ${maximum}${noLimit ? ', or 0 for no limit' : ''}.`);
}
