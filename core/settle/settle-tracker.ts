import { messageOf } from '../errors/holdfast-error.ts';
import type { QuarantineCause } from '../quarantine/cause.ts';
import type { Sample } from '../sample/sample.ts';

/** How a tracked message ended: settled well (`stored`: a node that keeps samples for good had it), failed in some node, or was cut off by a deploy. */
export type Outcome = { kind: 'settled'; stored?: true } | { kind: 'failed'; error: Error } | { kind: 'interrupted' };

/** Knows what the samples of a message were made of. */
export interface SampleOrigin {
  /** Puts a sample into quarantine; resolves when it is on disk. @returns undefined for a sample that is none of its own. */
  quarantine(sample: Sample, cause: QuarantineCause): Promise<void> | undefined;
  /** A contract refuses the sample with this id. @returns false for one that is none of its own. */
  refuse(id: string): boolean;
  /** A node has put these where they stay. Asks for them only where that makes a difference. */
  stored(samples: () => readonly Sample[]): void;
  /** Names the delivery, the same when it comes again. */
  readonly name: string;
}

/** A message being followed; see `SettleTracker.begin`. */
export interface Tracked {
  readonly ids: string[];
  readonly ended: (outcome: Outcome) => void;
  readonly origin: SampleOrigin | undefined;
  /** Deliveries not done yet, plus one while its sender still holds it. */
  outstanding: number;
  failure: Error | undefined;
  interrupted: boolean;
  stored: boolean;
  over: boolean;
  readonly passages: Set<Passage>;
}

/** One message object on its way: which nodes have it and are not done. */
interface Passage {
  readonly tracked: Tracked;
  /** Handed to the node, not received yet. */
  readonly handed: unknown[];
  /** Received by the node, not done yet. */
  readonly held: unknown[];
}

export interface Message {
  _msgid?: string | undefined;
}

/**
 * Follows messages through a Node-RED flow until every node that one of them, or a copy of it, reached has said done.
 *
 * It is fed by the runtime's hooks (see nodes/harness). A message is known by its object first and by its `_msgid`
 * second, since core `split` changes the id on the very message it received; a message with an id never seen before
 * belongs to the message that its sender is handling at that moment.
 */
export class SettleTracker {
  readonly #byMessage = new WeakMap<object, Passage>();
  readonly #byId = new Map<string, Tracked>();
  readonly #handling: Array<{ tracked: Tracked; node: unknown }> = [];
  readonly #finished: Tracked[] = [];
  #size = 0;
  #stopping = false;

  /** How many messages are being followed, copies not counted. */
  get size(): number {
    return this.#size;
  }

  /** Follows the message with this id, which is about to be sent. `ended` is called once, after `release`. */
  begin(id: string, ended: (outcome: Outcome) => void, origin?: SampleOrigin): Tracked {
    const tracked: Tracked = { ids: [id], ended, origin, outstanding: 1, failure: undefined, interrupted: false, stored: false, over: false, passages: new Set() };
    this.#byId.set(id, tracked);
    this.#size += 1;
    return tracked;
  }

  /** The sender has sent: from now on the nodes alone decide. */
  release(tracked: Tracked): void {
    this.#decrement(tracked);
  }

  /** Stops following without a word: its owner has given up waiting. */
  abandon(tracked: Tracked): void {
    this.#forget(tracked);
  }

  /** The nodes that have the message, or a copy of it, and are not done; none while it is only on its way to one. */
  holders(tracked: Tracked): unknown[] {
    const passages = [...tracked.passages];
    return passages.some(({ handed }) => handed.length > 0) ? [] : passages.flatMap(({ held }) => held);
  }

  /** The runtime is about to hand `message` to `node` (hook preDeliver; the message is cloned already where it needs to be). */
  handed(message: Message, node: unknown, sender: unknown): void {
    if (this.#size === 0) return;
    const passage = this.#passage(message, sender);
    if (!passage) return;
    passage.handed.push(node);
    passage.tracked.outstanding += 1;
    if (this.#stopping) passage.tracked.interrupted = true;
  }

  /**
   * `node` is about to handle `message` (hook onReceive). Link, catch and complete nodes receive without being handed.
   *
   * @returns whether the message is being followed.
   */
  received(message: Message, node: unknown): boolean {
    if (this.#size === 0) return false;
    const passage = this.#passage(message, undefined);
    if (!passage) return false;
    if (!remove(passage.handed, node)) passage.tracked.outstanding += 1;
    passage.held.push(node);
    this.#handling.push({ tracked: passage.tracked, node });
    if (this.#stopping) passage.tracked.interrupted = true;
    return true;
  }

  /** The input handler of `node` has returned (hook postReceive). A node that never says done is done now. */
  returned(message: Message, node: unknown, saysDone: boolean): void {
    const depth = this.#handling.findLastIndex((handling) => handling.node === node);
    if (depth >= 0) this.#handling.length = depth;
    if (!saysDone) this.done(message, node, undefined);
  }

  /** `node` has said done for `message` (hook onComplete), or has reported an error with it. */
  done(message: Message, node: unknown, error: unknown): void {
    const passage = this.#byMessage.get(message);
    if (!passage) return;
    if (error !== undefined && error !== null) passage.tracked.failure ??= error instanceof Error ? error : new Error(messageOf(error));
    if (!remove(passage.held, node)) return;
    if (this.#stopping) passage.tracked.interrupted = true;
    if (passage.held.length === 0 && passage.handed.length === 0) passage.tracked.passages.delete(passage);
    this.#decrement(passage.tracked);
  }

  /** What the samples of a message that a node is handling were made of; undefined where no source brought it. */
  originOf(message: Message): SampleOrigin | undefined {
    return this.#byMessage.get(message)?.tracked.origin;
  }

  /** A node has put the samples of `message` where they stay. To be said before its done. */
  stored(message: Message): void {
    const passage = this.#byMessage.get(message);
    if (passage) passage.tracked.stored = true;
  }

  /**
   * A deploy begins to stop nodes. Until `resume`, a message can get lost without a word: the runtime drops what is sent to
   * a stopped node, and core `delay` says done for what it throws away. What moves in that time is not trusted to have settled.
   */
  pause(): void {
    this.#stopping = true;
  }

  /** The deploy is through. Whatever is with a node that no longer runs will not be done by it. */
  resume(runs: (node: unknown) => boolean): void {
    this.#stopping = false;
    for (const tracked of new Set(this.#byId.values())) {
      for (const passage of tracked.passages) {
        const gone = drop(passage.handed, runs) + drop(passage.held, runs);
        if (gone === 0) continue;
        tracked.interrupted = true;
        tracked.outstanding -= gone - 1;
        this.#decrement(tracked);
      }
    }
  }

  #passage(message: Message, sender: unknown): Passage | undefined {
    const known = this.#byMessage.get(message);
    if (known && !known.tracked.over) {
      known.tracked.passages.add(known);
      return known;
    }
    const tracked = this.#owner(message._msgid, sender);
    if (!tracked) return undefined;
    const passage: Passage = { tracked, handed: [], held: [] };
    this.#byMessage.set(message, passage);
    tracked.passages.add(passage);
    return passage;
  }

  #owner(id: string | undefined, sender: unknown): Tracked | undefined {
    const tracked = id === undefined ? undefined : this.#byId.get(id);
    if (tracked) return tracked;
    const handling = this.#handling.at(-1);
    if (!handling || handling.tracked.over || (sender !== undefined && handling.node !== sender)) return undefined;
    if (id !== undefined) {
      handling.tracked.ids.push(id);
      this.#byId.set(id, handling.tracked);
    }
    return handling.tracked;
  }

  #decrement(tracked: Tracked): void {
    tracked.outstanding -= 1;
    if (tracked.outstanding > 0 || tracked.over) return;
    // A complete or catch node gets its message right after the node it watches is done: look again when the stack has unwound.
    if (this.#finished.push(tracked) === 1) queueMicrotask(() => this.#settle());
  }

  #settle(): void {
    this.#handling.length = 0;
    for (const tracked of this.#finished.splice(0)) {
      if (tracked.outstanding > 0 || tracked.over) continue;
      this.#forget(tracked);
      tracked.ended(outcomeOf(tracked));
    }
  }

  #forget(tracked: Tracked): void {
    if (tracked.over) return;
    tracked.over = true;
    this.#size -= 1;
    for (const id of tracked.ids) if (this.#byId.get(id) === tracked) this.#byId.delete(id);
    tracked.passages.clear();
  }
}

function outcomeOf({ failure, interrupted, stored }: Tracked): Outcome {
  if (interrupted) return { kind: 'interrupted' };
  if (failure) return { kind: 'failed', error: failure };
  return stored ? { kind: 'settled', stored } : { kind: 'settled' };
}

function remove(nodes: unknown[], node: unknown): boolean {
  const index = nodes.lastIndexOf(node);
  if (index < 0) return false;
  nodes.splice(index, 1);
  return true;
}

function drop(nodes: unknown[], runs: (node: unknown) => boolean): number {
  const before = nodes.length;
  for (let index = before - 1; index >= 0; index -= 1) if (!runs(nodes[index])) nodes.splice(index, 1);
  return before - nodes.length;
}
