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
