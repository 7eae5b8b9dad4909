import { HoldfastError } from '../errors/holdfast-error.ts';

/** The listener could not be opened. Code `HOLDFAST_LISTEN`. */
export class ListenError extends HoldfastError {
  constructor(message: string, options?: ErrorOptions) {
    super('HOLDFAST_LISTEN', message, options);
  }
}
