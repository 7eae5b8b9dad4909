import { HoldfastError } from '../errors/holdfast-error.ts';

/** The clock is far ahead, and what would be too old by it is kept for a while. Code `HOLDFAST_STORE_CLOCK`. */
export class StoreClockError extends HoldfastError {
  constructor(message: string) {
    super('HOLDFAST_STORE_CLOCK', message);
  }
}
