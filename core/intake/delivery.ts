import type { PayloadFormat } from '../decode/format.ts';
import type { Via } from '../sample/via.ts';
import type { Refusal, RefusalReason } from './refusal.ts';

/** One message as a protocol delivers it, from somebody who has authenticated. */
export interface Delivery {
  via: Via;
  /** The device that it is of: from what authenticated it, never from the payload. */
  device: string;
  /** Who sent it: the device itself, a gateway that may send for it, or empty where a broker in between vouches for it. */
  principal: string;
  topic: string;
  payload: Uint8Array;
  format: PayloadFormat;
  /** What makes a redelivery by the protocol recognisable; absent where nothing does. */
  attempt?: Attempt;
  /** How long the sender may be kept waiting for room under its limit before it is refused, in milliseconds; 0: not at all. */
  patience: number;
}

/** How a protocol numbers its attempts to deliver one message. */
export interface Attempt {
  /** Within which `packet` means one message: `mqtt:press-7/client-1`, `coap:press-7`. */
  session: string;
  /** Packet identifier, nonce or idempotency key. */
  packet: string;
  /**
   * Whether this attempt may be a repetition. MQTT says so (DUP); where a protocol does not, but never uses `packet` for another
   * message (a nonce, an Idempotency-Key), this is always true.
   */
  repeated: boolean;
  /** `packet` names the message whatever its bytes are: a forwarded sample that comes again may say by then that it is historical. */
  named?: true;
}

/** Told once how a delivery ended: without a refusal it is on disk (or was already), and may be acknowledged. */
export type Answer = (refusal?: Refusal) => void;

/** The one door behind every listener: limits, recognises repetitions, keeps on disk, and counts all of it in the ledger. */
export interface Intake {
  offer(delivery: Delivery, answer: Answer): void;
  /**
   * Counts what a listener itself refused, before it could be a delivery. `device` is whoever authenticated, or empty for
   * somebody who did not: what a stranger calls itself makes no account.
   */
  refused(via: Via, device: string, reason: RefusalReason): void;
}
