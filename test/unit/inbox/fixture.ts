import { appendFileSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ChannelOptions, InboxEntry } from '../../../core/inbox/channel.ts';
import { Inbox } from '../../../core/inbox/inbox.ts';
import type { InboxRecord } from '../../../core/inbox/record.ts';
import type { LedgerOptions } from '../../../core/ledger/ledger.ts';
import { TurnedClock } from '../intake/turned-clock.ts';

export function recordOf(text: string, device = 'press-1'): InboxRecord {
  return { via: 'mqtt', received: 1_700_000_000_000, device, principal: device, topic: `devices/${device}/telemetry`, payload: Buffer.from(text) };
}

export const textOf = ({ record }: Pick<InboxEntry, 'record'>): string => payloadText(record);

export const payloadText = ({ payload }: Pick<InboxRecord, 'payload'>): string => Buffer.from(payload).toString();

/** A turn of the event loop's microtasks: deliveries come one later. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A consumer that keeps what it is given until told how it ends. */
export class Consumer implements ChannelOptions {
  window = 10;
  deliverAtMost = 10;
  settleTimeout = 0;
  readonly held: InboxEntry[] = [];
  /** Everything ever delivered, by its text. */
  readonly delivered: string[] = [];
  most = 0;
  gaveUp: (entry: InboxEntry) => void = () => undefined;

  constructor(options: Partial<Pick<ChannelOptions, 'window' | 'deliverAtMost' | 'settleTimeout'>> = {}) {
    Object.assign(this, options);
  }

  readonly deliver = (entries: InboxEntry[]): void => {
    this.held.push(...entries);
    this.delivered.push(...entries.map(textOf));
    this.most = Math.max(this.most, this.held.length);
  };

  /** The held entry with this text, which is no longer held. */
  take(text?: string): InboxEntry {
    const index = text === undefined ? 0 : this.held.findIndex((entry) => textOf(entry) === text);
    const [entry] = this.held.splice(index, 1);
    if (!entry || index < 0) throw new Error(`${text ?? 'anything'} is not held; held are ${this.held.map(textOf).join(', ')}`);
    return entry;
  }

  get texts(): string[] {
    return this.held.map(textOf);
  }
}

/** A folder of its own with an inbox in it that can be closed, opened again, and copied as a power cut would leave it. */
export class InboxFixture {
  readonly root: string;
  readonly problems: unknown[] = [];
  readonly committed: string[] = [];
  readonly failed = new Map<string, Error>();
  clock = new TurnedClock(1_700_000_000_000);
  readonly #ledger: LedgerOptions;
  inbox: Inbox;
  #directory: string;
  #copies = 0;
  #open = new Set<Inbox>();

  constructor(root = mkdtempSync(join(tmpdir(), 'holdfast-inbox-')), ledger: LedgerOptions = {}) {
    this.#ledger = ledger;
    this.root = root;
    this.#directory = root;
    this.inbox = this.#start();
  }

  get path(): string {
    return join(this.#directory, 'inbox.sqlite');
  }

  append(...texts: string[]): void {
    for (const text of texts) this.inbox.append('gateway', recordOf(text), (error) => void (error ? this.failed.set(text, error) : this.committed.push(text)));
  }

  /** Appends and has them on disk. */
  commit(...texts: string[]): void {
    this.append(...texts);
    this.clock.advance(4);
  }

  async attach(consumer: Consumer): Promise<Consumer> {
    this.inbox.channel('gateway').attach(consumer);
    await turn();
    return consumer;
  }

  /** Closes and opens again, as a restart does. */
  restart(): void {
    this.inbox.close();
    this.#open.delete(this.inbox);
    this.inbox = this.#start();
  }

  /** Opens a copy of what is on disk at this moment, as after kill -9, with the `torn` begin of a write that did not get through. */
  crash(torn?: Uint8Array): void {
    const dead = this.path;
    this.#directory = join(this.root, `life-${++this.#copies}`);
    mkdirSync(this.#directory);
    for (const ending of ['', '-wal']) if (existsSync(`${dead}${ending}`)) copyFileSync(`${dead}${ending}`, `${this.path}${ending}`);
    if (torn && existsSync(`${this.path}-wal`)) appendFileSync(`${this.path}-wal`, torn);
    this.clock = new TurnedClock(this.clock.now() + 1_000);
    this.inbox = this.#start();
  }

  /** Changes the file behind the back of the inbox. */
  alter(sql: string): void {
    const other = new DatabaseSync(this.path);
    try {
      other.exec(sql);
    } finally {
      other.close();
    }
  }

  /** Rows of the file as another process sees them. */
  query(sql: string): Record<string, unknown>[] {
    const other = new DatabaseSync(this.path, { readOnly: true });
    try {
      return other.prepare(sql).all();
    } finally {
      other.close();
    }
  }

  dispose(): void {
    for (const inbox of this.#open) inbox.close();
    rmSync(this.root, { recursive: true, force: true });
  }

  #start(): Inbox {
    const inbox = new Inbox({ path: this.path, clock: this.clock, ledger: this.#ledger, problem: (error) => this.problems.push(error) });
    this.#open.add(inbox);
    return inbox;
  }
}
