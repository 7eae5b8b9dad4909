import { HoldfastError } from '../errors/holdfast-error.ts';
import { shown } from './unstorable-error.ts';
import type { Deletion } from './store.ts';

/** What is to be deleted is not said clearly enough to delete anything. Code `HOLDFAST_BAD_DELETION`. */
export class BadDeletionError extends HoldfastError {
  constructor(message: string) {
    super('HOLDFAST_BAD_DELETION', message);
  }
}

/** The times of a deletion: whole milliseconds, -Infinity and Infinity where there is no end. @throws BadDeletionError */
export function deletionTimes({ from = -Infinity, to = Infinity }: Deletion): { from: number; to: number } {
  for (const [name, time] of Object.entries({ from, to })) {
    if (typeof time !== 'number' || Number.isNaN(time)) throw new BadDeletionError(`The time ${name} of a deletion is ${shown(time)}. Give milliseconds since 1970, or leave it out.`);
  }
  return { from: Math.ceil(from), to: Math.ceil(to) };
}
