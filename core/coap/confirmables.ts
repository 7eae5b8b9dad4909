import type { Clock, Timer } from '../clock/clock.ts';
import { remoteKey, type Remote } from './endpoints.ts';
import { ACK_RANDOM_FACTOR, ACK_TIMEOUT, MAX_RETRANSMIT } from './transmission.ts';

interface Outstanding {
  attempts: number;
  timeout: number;
  timer: Timer;
}

/** Our own confirmable messages: sent again with exponential back-off until they are acknowledged, at most four times (RFC 7252 section 4.2). */
export class Confirmables {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #send: (datagram: Buffer, remote: Remote) => void;
  readonly #maximum: number;
  readonly #outstanding = new Map<string, Outstanding>();

  /** @param random uniform in [0, 1) */
  constructor(clock: Clock, random: () => number, send: (datagram: Buffer, remote: Remote) => void, maximum: number) {
    this.#clock = clock;
    this.#random = random;
    this.#send = send;
    this.#maximum = maximum;
  }

  /** How many are not acknowledged. */
  get size(): number {
    return this.#outstanding.size;
  }

  /** Whether one more would be too many. */
  get full(): boolean {
    return this.#outstanding.size >= this.#maximum;
  }

  send(datagram: Buffer, remote: Remote, messageId: number): void {
    const key = `${remoteKey(remote)} ${messageId}`;
    this.#outstanding.get(key)?.timer.cancel();
    const timeout = ACK_TIMEOUT * (1 + this.#random() * (ACK_RANDOM_FACTOR - 1));
    const again = (): void => {
      const outstanding = this.#outstanding.get(key);
      if (!outstanding) return;
      if (outstanding.attempts === MAX_RETRANSMIT) {
        this.#outstanding.delete(key);
        return;
      }
      outstanding.attempts += 1;
      outstanding.timeout *= 2;
      outstanding.timer = this.#clock.setTimeout(again, outstanding.timeout);
      this.#send(datagram, remote);
    };
    this.#outstanding.set(key, { attempts: 0, timeout, timer: this.#clock.setTimeout(again, timeout) });
    this.#send(datagram, remote);
  }

  /** It was acknowledged or rejected. */
  settled(remote: Remote, messageId: number): void {
    const key = `${remoteKey(remote)} ${messageId}`;
    this.#outstanding.get(key)?.timer.cancel();
    this.#outstanding.delete(key);
  }

  close(): void {
    for (const { timer } of this.#outstanding.values()) timer.cancel();
    this.#outstanding.clear();
  }
}
