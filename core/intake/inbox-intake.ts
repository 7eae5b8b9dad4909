import { messageOf } from '../errors/holdfast-error.ts';
import { InboxClosedError } from '../inbox/inbox.ts';
import type { InboxRecord } from '../inbox/record.ts';
import { RecordError } from '../inbox/record.ts';
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
  readonly account: Account;
  readonly key: number | undefined;
  readonly answer: Answer;
  readonly bytes: number;
  /** Until when the sender waits for room, in milliseconds since the epoch. */
  readonly deadline: number;
  /** Those that gave way to it: they end as it ends. */
  replaced?: Array<Pick<Arrival, 'account' | 'answer'>>;
}

const DISK_RETRY = 5_000;
/** So many messages of a device in quarantine are kept there to be looked at; what comes then is refused. */
const KEPT_IN_QUARANTINE = 1_000;

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
    this.#pacer = new Pacer({ clock, attempt: (device, arrival) => this.#attempt(device, arrival), giveUp: (device, arrival) => this.#giveUp(device, arrival) });
    this.#conflator = new Conflator({ clock, release: (device, arrival) => this.#conflate(device, arrival) });
  }

  offer(delivery: Delivery, answer: Answer): void {
    const { device, via, payload, attempt, patience } = delivery;
    const { inbox, clock } = this.#reception;
    const account = inbox.ledger.account(device, via);
    const key = attemptKey(delivery);
    if (key !== undefined && attempt?.repeated === true && inbox.attempted(key)) {
      inbox.ledger.ended(account, 'duplicate');
      inbox.noted();
      return answer();
    }
    const arrival: Arrival = { delivery, account, key, answer, bytes: payload.length, deadline: clock.now() + patience };
    if (this.#keptOut(arrival)) return;
    if (this.#pacer.has(device)) {
      if (!this.#pacer.put(device, arrival, 0)) this.#overLimit(arrival, 0);
    } else if (this.#conflator.has(device)) this.#conflate(device, arrival);
    else this.#admit(arrival);
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
    this.#reception.congestion.close();
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
    const admission = this.#reception.limits.admit(device, this.#reception.limitsOf(device, this.#limits), arrival.bytes);
    if (!admission.admitted) return admission.wait;
    this.#keep(arrival);
    return 0;
  }

  #giveUp(device: string, arrival: Arrival): void {
    if (this.#closed) this.#refuse(arrival, stopping());
    else this.#overLimit(arrival, this.#reception.clock.now() - arrival.deadline + arrival.delivery.patience, device);
  }

  #overLimit(arrival: Arrival, wait: number, device = arrival.delivery.device): void {
    const limits = this.#reception.limitsOf(device, this.#limits);
    this.#refuse(arrival, { reason: 'rate', message: `${device} sends more than ${describe(limits)}. Send less, or raise its limit.`, retryAfter: Math.max(1, wait) });
  }

  /** The survivor of a device, when its wait is over, or a newer arrival behind it. */
  #conflate(device: string, arrival: Arrival): void {
    if (this.#conflator.has(device)) return this.#put(device, arrival, 0);
    const limits = this.#reception.limitsOf(device, this.#limits);
    const admission = this.#closed ? ({ admitted: true } as const) : this.#reception.limits.admit(device, limits, arrival.bytes);
    if (admission.admitted) this.#keep(arrival);
    else this.#put(device, arrival, admission.wait);
  }

  #put(device: string, arrival: Arrival, wait: number): void {
    const put = this.#conflator.put(device, arrival, wait);
    if (!put.kept) return this.#overLimit(arrival, wait);
    if (!put.replaced) return;
    // One list is handed on: in a flood thousands give way to one.
    const { account, answer, replaced = [] } = put.replaced;
    replaced.push({ account, answer }, ...(arrival.replaced ?? []));
    arrival.replaced = replaced;
  }

  #keptOut(arrival: Arrival): boolean {
    const { quarantine, inbox, clock } = this.#reception;
    const kept = quarantine.keepsOut(arrival.delivery.device);
    if (!kept) return false;
    if (kept.refused <= KEPT_IN_QUARANTINE && !this.#full(arrival)) {
      inbox.condemn(this.#record(arrival), 'device-quarantined', `The device is in quarantine: ${kept.reason}`, (error) => (error ? this.#failed(arrival, error) : arrival.answer()), arrival.key);
      return true;
    }
    const retryAfter = kept.until === undefined ? {} : { retryAfter: Math.max(1, kept.until - clock.now()) };
    this.#refuse(arrival, { reason: 'device-quarantined', message: `The device is in quarantine, and as many of its messages wait there as may. ${kept.reason} Let it go in the dialog of the backend.`, ...retryAfter });
    return true;
  }

  #full({ account, bytes }: Arrival): Refusal | undefined {
    return this.#reception.full(this.#channel, account.inFlightBytes, bytes);
  }

  #keep(arrival: Arrival): void {
    const refusal = this.#full(arrival);
    if (refusal) return this.#refuse(arrival, refusal);
    this.#reception.inbox.append(this.#channel, this.#record(arrival), (error) => (error ? this.#failed(arrival, error) : this.#kept(arrival)), arrival.key);
  }

  #kept(arrival: Arrival): void {
    const { ledger } = this.#reception.inbox;
    for (const one of arrival.replaced ?? []) {
      ledger.ended(one.account, 'conflated');
      one.answer();
    }
    if (arrival.replaced) this.#reception.inbox.noted();
    this.#reception.congestion.pass(arrival.answer);
  }

  #failed(arrival: Arrival, error: Error): void {
    if (error instanceof InboxClosedError) this.#refuse(arrival, stopping());
    else if (error instanceof RecordError) this.#refuse(arrival, { reason: 'too-large', message: error.message });
    else this.#refuse(arrival, { reason: 'disk', message: messageOf(error), retryAfter: DISK_RETRY });
  }

  #refuse(arrival: Arrival, refusal: Refusal): void {
    const { inbox } = this.#reception;
    for (const one of [...(arrival.replaced ?? []), arrival]) {
      inbox.ledger.refused(one.account, refusal.reason);
      one.answer(refusal);
    }
    inbox.noted();
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
