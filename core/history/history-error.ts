import { HoldfastError } from '../errors/holdfast-error.ts';

/** A question that cannot be asked; `field` is the one to change, empty when it is none alone. Code `HOLDFAST_QUERY`. */
export class HistoryQueryError extends HoldfastError {
  readonly field: string;

  constructor(field: string, message: string) {
    super('HOLDFAST_QUERY', message);
    this.field = field;
  }
}

/** A question whose answer is larger than an answer may be. Code `HOLDFAST_HISTORY_LIMIT`. */
export class HistoryLimitError extends HoldfastError {
  readonly field: string;

  constructor(field: string, message: string) {
    super('HOLDFAST_HISTORY_LIMIT', message);
    this.field = field;
  }
}

/** A question that took too long. Code `HOLDFAST_HISTORY_TIMEOUT`. */
export class HistoryTimeoutError extends HoldfastError {
  constructor(milliseconds: number) {
    super('HOLDFAST_HISTORY_TIMEOUT', `Working out the history took longer than ${milliseconds / 1_000} s without a row. Ask for fewer devices, a shorter time or fewer buckets.`);
  }
}

const SHOWN = 60;

/** A value as an error can show it, whatever it is. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, SHOWN)}${value.length > SHOWN ? '…' : ''}"`;
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined) return String(value);
  return Array.isArray(value) ? 'a list' : `of the type ${typeof value}`;
}
