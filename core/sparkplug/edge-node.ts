import { DecodeError } from '../decode/decode-error.ts';
import type { Birth } from './birth.ts';

/** Metrics that an edge node and its devices, all that are alive together, may announce. */
export const METRICS_PER_EDGE_NODE = 10_000;
/** A host application asks an edge node for its birth at most this often, in milliseconds. */
export const REBIRTH_INTERVAL = 60_000;
const EVENTS_KEPT = 16;

/** A birth, or the death that ended it, at the inbox position of the message that told of it. */
export interface LifeEvent {
  position: number;
  /** Absent: a death. */
  birth?: Birth;
  /** Of an NBIRTH: the number of the MQTT session, which the NDEATH of that session repeats. */
  bdSeq?: number;
}

/** Everything of an edge node that is kept, for its snapshot. */
export interface EdgeNodeParts {
  /** Position of the last message that was followed. */
  last: number;
  /** Messages up to this position can no longer be read a second time. */
  forgotten: number;
  seq: number | undefined;
  /** When a rebirth was last asked for, ms since the epoch. */
  asked: number | undefined;
  /** Oldest event first; the edge node itself is the device ''. */
  lives: Map<string, LifeEvent[]>;
}

/**
 * What is remembered of an edge node: who of it was born and died, and when. The last events are kept with their inbox positions, so
 * that a message that is delivered a second time is read with the names that were in force at its place, not with those of now.
 */
export class EdgeNode {
  readonly #parts: EdgeNodeParts;
  #size: number;

  constructor(parts?: EdgeNodeParts) {
    this.#parts = parts ?? { last: -1, forgotten: -1, seq: undefined, asked: undefined, lives: new Map() };
    this.#size = 0;
    for (const events of this.#parts.lives.values()) this.#size += sizeOf(events);
  }

  get parts(): Readonly<EdgeNodeParts> {
    return this.#parts;
  }

  /** Metrics and devices that are remembered, those of former births included. */
  get size(): number {
    return this.#size;
  }

  /** Whether it was never born, so that nothing is lost when it is forgotten. */
  get isUnborn(): boolean {
    return this.#parts.lives.size === 0;
  }

  /** Whether a message was followed before: it is a redelivery, and changes nothing. */
  knows(position: number): boolean {
    return position <= this.#parts.last;
  }

  /** @throws DecodeError when what was in force at a redelivery's place is no longer known. */
  checkRemembered(position: number): void {
    if (position > this.#parts.forgotten) return;
    throw new DecodeError('type', 'The message was delivered again so much later that the birth its metrics refer to is no longer known. Send it again after a rebirth.');
  }

  /** The birth that was in force for a message at a position; undefined before a birth and after a death. */
  birthAt(device: string | undefined, position: number): Birth | undefined {
    const event = this.#eventBefore(device ?? '', position);
    if (event?.birth === undefined || device === undefined) return event?.birth;
    const session = this.#eventBefore('', position);
    return session !== undefined && session.position > event.position ? undefined : event.birth;
  }

  /** The session's number that was in force at a position. */
  bdSeqAt(position: number): number | undefined {
    return this.#eventBefore('', position)?.bdSeq;
  }

  /** Devices that were alive at a position, by their ids. */
  devicesAt(position: number): [string, Birth][] {
    const alive: [string, Birth][] = [];
    for (const device of [...this.#parts.lives.keys()].sort()) {
      const birth = device === '' ? undefined : this.birthAt(device, position);
      if (birth) alive.push([device, birth]);
    }
    return alive;
  }

  /** Whether the message at this position was a birth or a death that counted. */
  hasEvent(device: string | undefined, position: number): boolean {
    return this.#parts.lives.get(device ?? '')?.some((event) => event.position === position) === true;
  }

  /** @throws DecodeError when a birth announces more than may be remembered. */
  checkRoom(device: string | undefined, birth: Birth): void {
    if (this.#size + birth.size <= METRICS_PER_EDGE_NODE) return;
    const key = device ?? '';
    let alive = birth.size;
    // A birth of the edge node ends those of its devices.
    if (key !== '') {
      for (const other of this.#parts.lives.keys()) if (other !== key) alive += this.birthAt(other === '' ? undefined : other, Infinity)?.size ?? 0;
    }
    if (alive <= METRICS_PER_EDGE_NODE) return;
    throw new DecodeError('too-many', `The edge node announces more than ${METRICS_PER_EDGE_NODE} metrics. Give some of its devices to another edge node.`);
  }

  /** Takes a birth or a death. Its position must be higher than all before. */
  take(device: string | undefined, event: LifeEvent): void {
    const key = device ?? '';
    if (this.#size + (event.birth?.size ?? 1) > 2 * METRICS_PER_EDGE_NODE) this.#forgetHistory();
    const events = this.#parts.lives.get(key) ?? [];
    this.#size -= sizeOf(events);
    const same = event.birth && events.find(({ birth }) => birth !== undefined && event.birth?.equals(birth))?.birth;
    events.push(same ? { ...event, birth: same } : event);
    if (events.length > EVENTS_KEPT) {
      events.shift();
      this.#parts.forgotten = Math.max(this.#parts.forgotten, events[0]?.position ?? 0);
    }
    this.#parts.lives.set(key, events);
    this.#size += sizeOf(events);
  }

  /** Ends the message: a redelivery of it is one from now on. */
  follow(position: number): void {
    this.#parts.last = position;
  }

  /**
   * Checks a sequence number against the one before, and goes on from it: 0 to 255, then 0 again; a birth of the edge node
   * begins anew. A writer that leaves zeros out (proto3) leaves out this one too.
   *
   * @returns whether messages are missing.
   */
  isGap(seq: number | bigint | undefined, isNodeBirth: boolean): boolean {
    const former = this.#parts.seq;
    const expected = former === undefined || isNodeBirth ? undefined : (former + 1) % 256;
    const told = seq ?? (isNodeBirth || expected === 0 ? 0 : undefined);
    if (told === undefined) return false;
    if (typeof told === 'bigint' || told > 255) return true;
    this.#parts.seq = told;
    return expected !== undefined && told !== expected;
  }

  /** Whether a rebirth may be asked for now: not more often than once in `REBIRTH_INTERVAL`. A clock that was set back does not hold it up. */
  mayAsk(received: number): boolean {
    const { asked } = this.#parts;
    if (asked !== undefined && Math.abs(received - asked) < REBIRTH_INTERVAL) return false;
    this.#parts.asked = received;
    return true;
  }

  #eventBefore(key: string, position: number): LifeEvent | undefined {
    return this.#parts.lives.get(key)?.findLast((event) => event.position < position);
  }

  /** Keeps only what is in force. */
  #forgetHistory(): void {
    const { lives } = this.#parts;
    const kept = new Map<string, LifeEvent[]>();
    this.#size = 0;
    for (const [key, events] of lives) {
      const latest = events.at(-1);
      if (latest === undefined || (key !== '' && this.birthAt(key, Infinity) === undefined)) continue;
      kept.set(key, [latest]);
      this.#size += sizeOf([latest]);
    }
    this.#parts.lives = kept;
    this.#parts.forgotten = this.#parts.last;
  }
}

function sizeOf(events: readonly LifeEvent[]): number {
  const births = new Set<Birth>();
  for (const { birth } of events) if (birth) births.add(birth);
  let size = events.length;
  for (const birth of births) size += birth.size;
  return size;
}
