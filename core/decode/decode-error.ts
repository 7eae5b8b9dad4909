import { HoldfastError } from '../errors/holdfast-error.ts';

/**
 * Why a payload was refused; stable, for the ledger and for programs.
 * `syntax` is not JSON; `encoding` is not UTF-8; `depth` is nested too deep; `forbidden-key` names a key that could
 * reach an object's prototype; `too-many` passed a limit; `type` holds something a reading cannot be; `empty` holds no reading.
 */
export type DecodeReason = 'syntax' | 'encoding' | 'depth' | 'forbidden-key' | 'too-many' | 'type' | 'empty';

/** A payload that cannot become samples. Code `HOLDFAST_DECODE`. */
export class DecodeError extends HoldfastError {
  readonly reason: DecodeReason;

  constructor(reason: DecodeReason, message: string, options?: ErrorOptions) {
    super('HOLDFAST_DECODE', message, options);
    this.reason = reason;
  }
}
