/** What a publisher writes and reads: the same for every protocol that acknowledges over a connection. */
import type { Login } from './load.ts';

/** A message whose number is still 0, with the offsets at which number and payload stand. */
export interface MessageTemplate {
  bytes: Buffer;
  /** Absent where the protocol numbers nothing and answers in order. */
  idOffset?: number;
  payloadOffset: number;
}

export interface Replies {
  /** Takes bytes cut anywhere by TCP. Throws an Error with a sentence on a reply that is no acknowledgement. */
  read(chunk: Buffer): void;
}

export interface Wire {
  /** The messages of one connection are all of one length. */
  template(device: string, payload: Buffer, login: Login | undefined): MessageTemplate;
  /** @param acknowledged called with the number of the message, which counts from 1 to 65,535 and again from 1. */
  replies(ready: () => void, acknowledged: (id: number) => void): Replies;
  /** What opens a connection; its answer makes it ready. Absent: it is ready at once. */
  hello?(clientId: string, login: Login | undefined): Buffer;
  goodbye?: Buffer;
}

/** How many numbers there are for messages. */
export const IDS = 65_535;
