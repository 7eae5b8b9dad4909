import { inspect } from 'node:util';
import { HoldfastError } from '../errors/holdfast-error.ts';

/** A sample that the store cannot take, since a node on its way has put something else in it. Code `HOLDFAST_NOT_STORABLE`. */
export class UnstorableError extends HoldfastError {
  constructor(message: string) {
    super('HOLDFAST_NOT_STORABLE', message);
  }
}

/** A value that may be anything, for a sentence. */
export function shown(value: unknown): string {
  return inspect(value).slice(0, 60);
}

/** Event times beyond what a Date can hold are refused, in milliseconds. */
const MAXIMUM_TIME = 8.64e15;

/** @returns the time of a sample, 0 for -0. @throws UnstorableError when it is none. */
export function checkedTime(ts: number, device: string): number {
  if (!Number.isInteger(ts) || ts > MAXIMUM_TIME || ts < -MAXIMUM_TIME) throw new UnstorableError(`The time of a sample of ${device} is ${shown(ts)}. Set msg.iot.ts to whole milliseconds since 1970.`);
  return ts + 0;
}

export function notAQuality(quality: unknown, metric: string, device: string): UnstorableError {
  return new UnstorableError(`The quality of the reading ${metric} of ${device} is ${shown(quality)}. Set msg.iot.metrics.${metric}.q to 1, 2, 3, 4 or 9, or leave it out.`);
}

export function notAValue(value: unknown, metric: string, device: string): UnstorableError {
  return new UnstorableError(`The reading ${metric} of ${device} is ${shown(value)}. A reading is a number, a text, true, false or null.`);
}
