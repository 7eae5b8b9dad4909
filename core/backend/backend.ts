import { join, resolve } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import { threadUtilization } from '../clock/thread-utilization.ts';
import { Contracts } from '../contract/book/contracts.ts';
import { ConfigError } from '../errors/holdfast-error.ts';
import { InboxIntake } from '../intake/inbox-intake.ts';
import { Reception } from '../intake/reception.ts';
import { NO_LIMITS } from '../overload/limits.ts';
import type { Limits } from '../overload/limits.ts';
import { Profiles } from '../profile/profiles.ts';
import { Inbox } from '../inbox/inbox.ts';
import type { Quarantine } from '../quarantine/quarantine.ts';
import { openRegistry } from '../registry/registry.ts';
import type { Registry } from '../registry/registry.ts';
import { StorageError, storageError } from '../sqlite/storage-error.ts';
import { State } from '../state/state.ts';
import type { Store } from '../store/store.ts';
import { Trusts } from '../trust/trusts.ts';
import { makeDirectory } from '../workspace/make-directory.ts';
import { lockDirectory } from './directory-lock.ts';
import type { DirectoryLock } from './directory-lock.ts';
import { EMBEDDED, isSameChoice, openChosenStore } from './store-choice.ts';
import type { StoreChoice } from './store-choice.ts';

/** Told of what went wrong where nobody waits for an answer. */
export type Problem = (error: unknown) => void;

/** Everything one backend keeps in its directory. Shared by all nodes that name the directory, open while one of them is. */
export class Backend {
  readonly directory: string;
  readonly clock: Clock;
  readonly inbox: Inbox;
  /** What waits there with a reason, beside the inbox. */
  readonly quarantine: Quarantine;
  readonly store: Store;
  readonly state: State;
  readonly registry: Registry;
  /** What devices of one kind share. */
  readonly profiles = new Profiles();
  readonly reception: Reception;
  /** What samples have to meet, by id and version. */
  readonly contracts: Contracts;
  /** How far each device can be trusted. */
  readonly trust: Trusts;
  readonly #lock: DirectoryLock;
  readonly #storage: StoreChoice;
  readonly #problems = new Set<Problem>();
  #users = 0;

  private constructor(directory: string, clock: Clock, storage: StoreChoice) {
    this.directory = directory;
    this.clock = clock;
    this.#storage = storage;
    const opened: Array<{ close(): void }> = [];
    const open = <Part extends { close(): void }>(part: Part): Part => {
      opened.push(part);
      return part;
    };
    try {
      prepareDirectory(directory);
      this.#lock = open(lockDirectory(directory));
      this.registry = open(openRegistry(directory, clock));
      this.contracts = new Contracts({ path: join(directory, 'contracts.json'), registry: this.registry, profiles: this.profiles });
      this.state = open(new State(join(directory, 'state.sqlite'), clock));
      this.store = open(openChosenStore(storage, directory, clock, (error) => this.#report(error)));
      this.trust = new Trusts({ state: this.state, store: this.store, clock, problem: (error) => this.#report(error) });
      this.inbox = open(new Inbox({ path: join(directory, 'inbox.sqlite'), clock, ledger: { registered: (device) => this.registry.find(device) !== undefined }, problem: (error) => this.#report(error) }));
      this.quarantine = this.inbox.quarantine;
      this.reception = new Reception({ inbox: this.inbox, registry: this.registry, profiles: this.profiles, clock, utilization: threadUtilization(), state: this.state, problem: (error) => this.#report(error) });
      this.inbox.quarantine.roomInInbox = () => this.reception.bounds.maximumBytes / 4;
    } catch (error) {
      closeAll(opened.toReversed());
      throw error;
    }
  }

  /**
   * The backend of `directory`, opened when nobody uses it yet. Give it back with `release`.
   *
   * @param storage where it keeps its readings; when it is not given, where it does already, else in the directory.
   * @throws StorageError when the directory or a file in it cannot be used; ConfigError for a database that cannot be, and for a
   *   backend that keeps its readings elsewhere.
   */
  static acquire(directory: string, clock: Clock, problem: Problem, storage?: StoreChoice): Backend {
    const path = resolve(directory);
    const backend = open.get(path) ?? new Backend(path, clock, storage ?? EMBEDDED);
    if (storage && !isSameChoice(storage, backend.#storage)) throw new ConfigError('storage', `Another backend uses the directory ${path} and keeps its readings elsewhere. Give one of them a directory of its own, or both the same settings.`);
    open.set(path, backend);
    backend.#users += 1;
    backend.#problems.add(problem);
    return backend;
  }

  /** All backends that are open in this process. */
  static opened(): Iterable<Backend> {
    return open.values();
  }

  /** A door to the inbox for the node whose id is `channel`; close it before the backend is given back. */
  intake(channel: string, limits: Limits = NO_LIMITS): InboxIntake {
    return new InboxIntake({ reception: this.reception, channel, limits });
  }

  /** Gives the backend back; the last to do so closes its files. What goes wrong then is told to `problem`. */
  release(problem: Problem): void {
    this.#problems.delete(problem);
    this.#users -= 1;
    if (this.#users > 0) return;
    open.delete(this.directory);
    for (const error of closeAll([this.reception, this.trust, this.inbox, this.store, this.state, this.registry, this.#lock])) problem(error);
  }

  #report(error: unknown): void {
    for (const problem of this.#problems) problem(error);
  }
}

const open = new Map<string, Backend>();

/** Closes each, also when one before it fails: a lock that was left behind would keep the directory shut until a restart. */
function closeAll(parts: readonly { close(): void }[]): unknown[] {
  const errors: unknown[] = [];
  for (const part of parts) {
    try {
      part.close();
    } catch (error) {
      errors.push(error);
    }
  }
  return errors;
}

function prepareDirectory(directory: string): void {
  try {
    makeDirectory(directory);
  } catch (error) {
    throw new StorageError('CANNOT_OPEN', directory, `The directory ${directory} cannot be made. Choose another one, or give the user that runs Node-RED the right to write there.`, { cause: storageError(directory, error) });
  }
}
