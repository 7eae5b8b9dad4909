import { HoldfastError } from '../errors/holdfast-error.ts';
import type { DecodeReason } from '../decode/decode-error.ts';

/**
 * Why a message was refused out loud; stable, for the ledger and for programs.
 *
 * `login` nobody known, or a wrong secret or signature; `forbidden` not for this device or topic; `too-large`; `unsupported-format`;
 * `replayed` a signed request that came before, or whose time is past; `rate` over the device's limit; `device-quarantined` its device waits
 * for a person; `fair-share` the inbox is filling and this device holds more than its share; `inbox-full` at its bound of bytes or age; `disk`
 * could not be written; `stopping`. The rest are reasons of decoding.
 */
export type RefusalReason =
  | 'login' | 'forbidden' | 'too-large' | 'unsupported-format' | 'replayed' | 'rate' | 'device-quarantined' | 'fair-share' | 'inbox-full' | 'disk' | 'stopping'
  | DecodeReason;

export interface Refusal {
  reason: RefusalReason;
  /** A sentence for whoever sent it. */
  message: string;
  /** After how many milliseconds it may be worth sending again; absent: not as it is. */
  retryAfter?: number;
}

/** A message that was refused, where it is told as an error. Code `HOLDFAST_REFUSED`. */
export class RefusedError extends HoldfastError {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super('HOLDFAST_REFUSED', refusal.message);
    this.refusal = refusal;
  }
}
