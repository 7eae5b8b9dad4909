import { messageOf } from '../errors/holdfast-error.ts';
import { InboxClosedError } from '../inbox/inbox-closed-error.ts';
import type { InboxRecord } from '../inbox/record.ts';
import { RecordError, weightOf } from '../inbox/record.ts';
import type { Account } from '../ledger/account.ts';
import { Conflator } from '../overload/conflator.ts';
import type { Limits } from '../overload/limits.ts';
import type { Via } from '../sample/via.ts';
import { attemptKey } from './attempt-key.ts';
import type { Answer, Delivery, Intake } from './delivery.ts';
import { Pacer } from './pacer.ts';
import type { Reception } from './reception.ts';
import type { Refusal, RefusalReason } from './refusal.ts';

export interface InboxIntakeOptions {
  reception: Reception;
  /** The name under which records are kept and delivered: the id of the node. */
  channel: string;
  /** For devices whose profile has none. */
  limits: Limits;
}

/** A delivery on its way to the inbox. */
interface Arrival {
  readonly delivery: Delivery;
  readonly key: number | undefined;
  readonly answer: Answer;
  /** Of payload. */
  readonly bytes: number;
  readonly patience: number;
  /** Those that gave way to it: they end as it ends. */
  replaced?: Array<Pick<Arrival, 'delivery' | 'answer'>>;
}

const DISK_RETRY = 5_000;
/** So many messages of a device in quarantine are kept there to be looked at; what comes then is refused. */
const KEPT_IN_QUARANTINE = 1_000;
/** So many that gave way to one wait for its end; what gives way then is refused. */
const REPLACED_AT_MOST = 1_000;

/** The door of one node to the inbox. */
export class InboxIntake implements Intake {
  readonly #reception: Reception;
  readonly #channel: string;
  readonly #limits: Limits;
  readonly #pacer: Pacer<Arrival>;
  readonly #conflator: Conflator<Arrival>;
  #closed = false;

  constructor({ reception, channel, limits }: InboxIntakeOptions) {
    this.#reception = reception;
    this.#channel = channel;
    this.#limits = limits;
    const { clock } = reception;
    this.#pacer = new Pacer({ clock, attempt: (device, arrival) => this.#attempt(device, arrival), giveUp: (_device, arrival, wait) => this.#giveUp(arrival, wait) });
    this.#conflator = new Conflator({ clock, release: (device, arrival) => this.#conflate(device, arrival) });
  }

  offer(delivery: Delivery, answer: Answer): void {
    const { payload, patience } = delivery;
    this.#arrive({ delivery, key: attemptKey(delivery, this.#reception.inbox.attemptSeed), answer, bytes: payload.length, patience });
  }

  refused(via: Via, device: string, reason: RefusalReason): void {
    const { inbox } = this.#reception;
    inbox.ledger.refused(inbox.ledger.account(device, via), reason);
    inbox.noted();
  }

  /** Ends what waits for room: what is conflated is kept, what is slowed down is refused, and may be sent again. */
  close(): void {
    this.#closed = true;
    this.#conflator.flush();
    this.#pacer.close();
    this.#reception.congestion.release(this);
  }

  #arrive(arrival: Arrival): void {
    const { device } = arrival.delivery;
    if (this.#closed) return this.#refuse(arrival, stopping());
    if (this.#isRepetition(arrival) || this.#keptOut(arrival)) return;
    if (this.#pacer.has(device)) {
      if (!this.#pacer.put(device, arrival, 0)) this.#overLimit(arrival, 0);
    } else if (this.#conflator.has(device)) this.#conflate(device, arrival);
    else this.#admit(arrival);
  }

  /** Whether what an attempt repeats is on disk, or waits for its commit and is answered with it: a sender must not be able to hurry the disk. */
  #isRepetition(arrival: Arrival): boolean {
    const { key, delivery } = arrival;
    if (key === undefined || delivery.attempt?.repeated !== true) return false;
    const { inbox } = this.#reception;
    if (inbox.attempted(key)) {
      this.#repeated(arrival);
      return true;
    }
    // Where that one alone could not be kept, this one is tried in its place.
    return inbox.awaitAttempt(key, (error) => (error ? this.#failed(arrival, error) : this.#arrive(arrival)));
  }

  #admit(arrival: Arrival): void {
    const { device } = arrival.delivery;
    const limits = this.#reception.limitsOf(device, this.#limits);
    const admission = this.#reception.limits.admit(device, limits, arrival.bytes);
    if (admission.admitted) return this.#keep(arrival);
    if (limits.over === 'conflate') return this.#put(device, arrival, admission.wait);
    if (limits.over === 'quarantine') {
      this.#reception.putInQuarantine(device, `It sent more than ${describe(limits)}.`);
      this.#keptOut(arrival);
    } else if (!this.#pacer.put(device, arrival, admission.wait)) this.#overLimit(arrival, admission.wait);
  }

  /** For the pacer: 0 when the arrival went through, else in how many milliseconds to ask again. */
  #attempt(device: string, arrival: Arrival): number {
    // What it repeats may have waited before it.
    if (this.#isRepetition(arrival)) return 0;
    const admission = this.#reception.limits.admit(device, this.#reception.limitsOf(device, this.#limits), arrival.bytes);
    if (!admission.admitted) return admission.wait;
    this.#keep(arrival);
    return 0;
  }

  #giveUp(arrival: Arrival, wait: number): void {
    if (this.#closed) this.#refuse(arrival, stopping());
    else this.#overLimit(arrival, wait);
  }

  #overLimit(arrival: Arrival, wait: number): void {
    this.#refuse(arrival, this.#overLimitOf(arrival.delivery, wait));
  }

  #overLimitOf({ device }: Delivery, wait: number): Refusal {
    const limits = this.#reception.limitsOf(device, this.#limits);
    return { reason: 'rate', message: `${device} sends more than ${describe(limits)}. Send less, or raise its limit.`, retryAfter: Math.max(1, wait) };
  }

  /** The survivor of a device, when its wait is over, or a newer arrival behind it. */
  #conflate(device: string, arrival: Arrival): void {
    if (this.#conflator.has(device)) return this.#put(device, arrival, 0);
    const limits = this.#reception.limitsOf(device, this.#limits);
    if (this.#isRepetition(arrival)) return;
    const admission = this.#closed ? ({ admitted: true } as const) : this.#reception.limits.admit(device, limits, arrival.bytes);
    if (admission.admitted) this.#keep(arrival);
    else this.#put(device, arrival, admission.wait);
  }

  #put(device: string, arrival: Arrival, wait: number): void {
    const put = this.#conflator.put(device, arrival, wait);
    if (!put.kept) return this.#overLimit(arrival, wait);
    if (!put.replaced) return;
    const { delivery, answer, replaced = [] } = put.replaced;
    // One list is handed on: in a flood thousands give way to one.
    arrival.replaced = replaced;
    if (replaced.length < REPLACED_AT_MOST) replaced.push({ delivery, answer });
    else this.#refuseOne({ delivery, answer }, this.#overLimitOf(delivery, wait));
  }

  #keptOut(arrival: Arrival): boolean {
    const { quarantine, inbox, clock } = this.#reception;
    const kept = quarantine.keepsOut(arrival.delivery.device);
    if (!kept) return false;
    if (kept.refused <= KEPT_IN_QUARANTINE && !this.#full(arrival)) {
      inbox.condemn(this.#channel, this.#record(arrival), { reason: 'device-quarantined', detail: `The device is in quarantine: ${kept.reason}` }, (error) => (error ? this.#failed(arrival, error) : this.#answer(arrival)), arrival.key);
      return true;
    }
    const retryAfter = kept.until === undefined ? {} : { retryAfter: Math.max(1, kept.until - clock.now()) };
    this.#refuse(arrival, { reason: 'device-quarantined', message: `The device is in quarantine, and as many of its messages wait there as may. ${kept.reason} Let it go in the dialog of the backend.`, ...retryAfter });
    return true;
  }

  #full({ delivery }: Arrival): Refusal | undefined {
    return this.#reception.full(this.#channel, this.#account(delivery).inFlightBytes, weightOf(delivery));
  }

  /** Not kept while a message waits: an account that is idle may leave memory. */
  #account({ device, via }: Delivery): Account {
    return this.#reception.inbox.ledger.account(device, via);
  }

  #keep(arrival: Arrival): void {
    const refusal = this.#full(arrival);
    if (refusal) return this.#refuse(arrival, refusal);
    this.#reception.inbox.append(this.#channel, this.#record(arrival), (error) => (error ? this.#failed(arrival, error) : this.#kept(arrival)), arrival.key);
  }

  #kept(arrival: Arrival): void {
    this.#endReplaced(arrival);
    if (this.#closed) this.#answer(arrival);
    else this.#reception.congestion.pass(this, arrival.answer);
  }

  #repeated(arrival: Arrival): void {
    const { inbox } = this.#reception;
    this.#endReplaced(arrival);
    inbox.ledger.ended(this.#account(arrival.delivery), 'duplicate');
    inbox.noted();
    this.#answer(arrival);
  }

  /** What gave way to an arrival that is on disk has been conflated. */
  #endReplaced({ replaced }: Arrival): void {
    if (!replaced) return;
    const { inbox } = this.#reception;
    for (const one of replaced) {
      inbox.ledger.ended(this.#account(one.delivery), 'conflated');
      this.#answer(one);
    }
    inbox.noted();
  }

  #failed(arrival: Arrival, error: Error): void {
    if (error instanceof InboxClosedError) this.#refuse(arrival, stopping());
    else if (error instanceof RecordError) this.#refuse(arrival, { reason: 'too-large', message: error.message });
    else this.#refuse(arrival, { reason: 'disk', message: messageOf(error), retryAfter: DISK_RETRY });
  }

  #refuse(arrival: Arrival, refusal: Refusal): void {
    for (const one of arrival.replaced ?? []) this.#refuseOne(one, refusal);
    this.#refuseOne(arrival, refusal);
  }

  #refuseOne(one: Pick<Arrival, 'delivery' | 'answer'>, refusal: Refusal): void {
    const { inbox } = this.#reception;
    inbox.ledger.refused(this.#account(one.delivery), refusal.reason);
    inbox.noted();
    this.#answer(one, refusal);
  }

  /** Whoever cannot bear its answer must not keep the others from theirs. */
  #answer({ answer }: Pick<Arrival, 'answer'>, refusal?: Refusal): void {
    try {
      answer(refusal);
    } catch (error) {
      this.#reception.problem(error);
    }
  }

  #record({ delivery: { via, device, principal, topic, payload, format }, replaced }: Arrival): InboxRecord {
    const record: InboxRecord = { via, received: this.#reception.times.next(device), device, principal, topic, payload };
    if (format !== 'auto') record.format = format;
    if (replaced) record.conflated = true;
    return record;
  }
}

function stopping(): Refusal {
  return { reason: 'stopping', message: new InboxClosedError().message, retryAfter: DISK_RETRY };
}

function describe({ messagesPerSecond, bytesPerSecond }: Limits): string {
  const parts = [...(messagesPerSecond > 0 ? [`${messagesPerSecond} messages`] : []), ...(bytesPerSecond > 0 ? [`${bytesPerSecond} bytes`] : [])];
  return `${parts.join(' or ')} a second`;
}
