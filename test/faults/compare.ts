import { openStore } from '../../core/store/index.ts';
import { METRIC, timeOf } from './rows.ts';
import type { FaultDevice } from './rows.ts';

export interface Comparison {
  /** Readings in the store. */
  stored: number;
  /** Numbers that were acknowledged and are not there. */
  missing: number;
  /** Readings beyond the first of a number. */
  duplicated: number;
  /** Readings that nobody sent: of another value, or of another time than was sent with it. */
  foreign: number;
  /** A few of those that are wrong, to begin looking. */
  examples: string[];
}

const EXAMPLES = 5;

/** Compares what was acknowledged with what is stored, number by number. The store must not be open elsewhere. */
export function compare(directory: string, devices: readonly FaultDevice[]): Comparison {
  const store = openStore(directory);
  const result: Comparison = { stored: 0, missing: 0, duplicated: 0, foreign: 0, examples: [] };
  const wrong = (what: 'missing' | 'duplicated' | 'foreign', text: string): void => {
    result[what] += 1;
    if (result.examples.length < EXAMPLES) result.examples.push(`${what}: ${text}`);
  };
  try {
    for (const device of devices) {
      const seen = new Uint8Array(device.rows);
      const range = { device: device.id, metric: METRIC, from: 0, to: Number.MAX_SAFE_INTEGER, limit: 100_000_000 };
      for (const { ts, value } of [...store.range(range), ...store.superseded(range)]) {
        result.stored += 1;
        const isSent = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < device.rows && (!device.timed || ts === timeOf(value));
        if (!isSent) wrong('foreign', `${device.id} ${value} at ${ts}`);
        else if (seen[value] === 1) wrong('duplicated', `${device.id} ${value} at ${ts}`);
        else seen[value] = 1;
      }
      for (const [number, there] of seen.entries()) if (there === 0) wrong('missing', `${device.id} ${number}`);
    }
    return result;
  } finally {
    store.close();
  }
}
