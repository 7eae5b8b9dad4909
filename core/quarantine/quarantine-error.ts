import { HoldfastError } from '../errors/holdfast-error.ts';

/** What the quarantine cannot do. Code `HOLDFAST_QUARANTINE`. */
export class QuarantineError extends HoldfastError {
  constructor(message: string) {
    super('HOLDFAST_QUARANTINE', message);
  }
}
