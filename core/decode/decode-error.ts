import { HoldfastError } from '../errors/holdfast-error.ts';
import { LIMITS } from './limits.ts';

/**
 * Why a payload was refused; stable, for the ledger and for programs.
 * `syntax` is not what its format says; `encoding` is not UTF-8; `depth` is nested too deep; `forbidden-key` names a key that could reach
 * an object's prototype; `duplicate-key` names one twice; `too-many` passed a limit; `type` holds something a reading cannot be; `empty` holds
 * no reading; `unsupported-format` is written in a way that cannot be read here.
 */
export type DecodeReason = 'syntax' | 'encoding' | 'depth' | 'forbidden-key' | 'duplicate-key' | 'too-many' | 'type' | 'empty' | 'unsupported-format';

/** A payload that cannot become samples. Code `HOLDFAST_DECODE`. */
export class DecodeError extends HoldfastError {
  readonly reason: DecodeReason;
  /** Where in the payload, where one place can be named: the index of a byte in a binary payload, of a UTF-16 unit in a text. */
  readonly position: number | undefined;

  constructor(reason: DecodeReason, message: string, options?: ErrorOptions & { position?: number | undefined }) {
    super('HOLDFAST_DECODE', message, options);
    this.reason = reason;
    this.position = options?.position;
  }
}

/** The refusal of a payload with nothing but white space. */
export function emptyPayload(cause?: unknown): DecodeError {
  return new DecodeError('empty', 'The payload is empty. Send at least one reading, such as {"temperature":21.4}.', { cause });
}

/** The refusal of a payload with more samples than `LIMITS.samplesPerPayload`. */
export function tooManySamples(count?: number): DecodeError {
  return new DecodeError('too-many', `The payload holds ${count ?? 'too many'} samples; at most ${LIMITS.samplesPerPayload} are read at once. Split it.`);
}
