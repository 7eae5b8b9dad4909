import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { join } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import { messageOf } from '../errors/holdfast-error.ts';
import { openDatabase, transaction } from '../sqlite/database.ts';
import { StorageError, storageError } from '../sqlite/storage-error.ts';
import { makeDirectory } from '../workspace/make-directory.ts';
import { checkContractVersion, checkId, checkKind, PrincipalError } from './principal.ts';
import type { Principal, PrincipalKind } from './principal.ts';
import { hashSecret, makeSecret, secretMatches, signingKeyOf } from './secret.ts';
import { checkTags } from './tags.ts';

/** Who is to be let in, and as what. */
export interface Issue {
  id: string;
  kind: PrincipalKind;
  profile?: string;
  /** Only for a gateway: the devices it may send for. */
  children?: readonly string[];
  /** Default: those it has, if any. */
  tags?: readonly string[];
}

/** Which registered devices; all that is given must hold. */
export interface DeviceCriteria {
  ids?: readonly string[];
  profile?: string;
  tag?: string;
}

const LAYOUT = {
  migrations: [
    `CREATE TABLE principal (
       id TEXT PRIMARY KEY, kind TEXT NOT NULL, profile TEXT NOT NULL, children TEXT NOT NULL,
       secret_hash BLOB NOT NULL, created INTEGER NOT NULL, renewed INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID`,
    // Whoever got the secret before this has no signing key: the secret is not known here, so none can be made of it.
    'ALTER TABLE principal ADD COLUMN signing_key BLOB',
    `ALTER TABLE principal ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'`,
    'ALTER TABLE principal ADD COLUMN contract_version INTEGER',
  ],
};

/** In milliseconds. */
const SIGNING_KEYS_FRESH = 1_000;

interface Known {
  principal: Principal;
  hash: Uint8Array;
  signingKey: Uint8Array | undefined;
  children: ReadonlySet<string>;
}

/**
 * Devices and credentials, in `registry.sqlite`. Secrets are made here, handed out once, and kept only as hashes. The keys for signed CoAP
 * requests are kept as they are: whoever reads the file can sign as anybody in it, but not log in.
 */
export class Registry {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  readonly #version: StatementSync;
  #dataVersion = -1;
  #refreshedAt = 0;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
    this.#database = openDatabase(path, LAYOUT);
    try {
      this.#version = this.#database.prepare('PRAGMA data_version');
      this.#refresh();
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /**
   * Lets a principal in, or gives a known one a new secret and the properties given.
   *
   * @returns the secret, which cannot be had again later.
   * @throws PrincipalError for an id, kind, children or tags that cannot be; StorageError when it cannot be written.
   */
  issue({ id, kind, profile = '', children = [], tags: given }: Issue): { secret: string } {
    checkId(id);
    checkKind(kind);
    const former = this.#known.get(id)?.principal;
    const tags = checkTags(given ?? former?.tags ?? []);
    if (kind !== 'gateway' && children.length > 0) throw new PrincipalError(`"${id}" is a ${kind} and cannot have children. Make it a gateway, or leave the list of children empty.`);
    children.forEach(checkId);
    const secret = makeSecret();
    const hash = hashSecret(secret);
    const signingKey = signingKeyOf(secret);
    const now = this.#clock.now();
    this.#write(() => {
      this.#database
        .prepare(
          `INSERT INTO principal (id, kind, profile, children, tags, secret_hash, signing_key, created, renewed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET contract_version = CASE WHEN kind = excluded.kind AND profile = excluded.profile THEN contract_version END, kind = excluded.kind, profile = excluded.profile, children = excluded.children, tags = excluded.tags,
             secret_hash = excluded.secret_hash, signing_key = excluded.signing_key, renewed = excluded.renewed`,
        )
        .run(id, kind, profile, JSON.stringify(children), JSON.stringify(tags), hash, signingKey, now, now);
    });
    // A pin belongs to the contract of a profile: with another profile, or as another kind, it would point at nothing.
    const pin = former?.kind === kind && former.profile === profile ? former.contractVersion : undefined;
    this.#remember(principalWith({ id, kind, profile, children: [...children] }, tags, pin), hash, signingKey);
    return { secret };
  }

  /**
   * Gives a device another profile, other tags, or pins it to a version of its profile's contract, null for none; its secret stays. With another
   * profile a former pin is gone.
   *
   * @throws PrincipalError when it is not known, or for tags or a version that cannot be; StorageError when it cannot be written.
   */
  update(id: string, { profile, tags, contractVersion }: { profile?: string; tags?: readonly string[]; contractVersion?: number | null }): Principal {
    this.#refresh();
    const entry = this.#known.get(id);
    if (!entry) throw new PrincipalError(`There is no "${id.slice(0, 80)}" to change.`);
    const { tags: formerTags = [], contractVersion: formerPin, ...rest } = entry.principal;
    const isSameProfile = profile === undefined || profile === rest.profile;
    const pin = contractVersion === undefined ? (isSameProfile ? formerPin : undefined) : checkContractVersion(contractVersion);
    if (pin !== undefined && rest.kind !== 'device') throw new PrincipalError(`"${id}" is ${rest.kind === 'gateway' ? 'a gateway' : 'an application'}, and only a device can be pinned to a version of a contract.`);
    const principal = principalWith({ ...rest, profile: profile ?? rest.profile }, checkTags(tags ?? formerTags), pin);
    this.#write(() => this.#database.prepare('UPDATE principal SET profile = ?, tags = ?, contract_version = ? WHERE id = ?').run(principal.profile, JSON.stringify(principal.tags ?? []), pin ?? null, id));
    entry.principal = principal;
    return principal;
  }

  /** The ids of the registered devices that meet all criteria, in alphabetical order. */
  devicesOf({ ids, profile, tag }: DeviceCriteria): string[] {
    const wanted = ids && new Set(ids);
    return this.list()
      .filter((one) => one.kind === 'device' && (wanted?.has(one.id) ?? true) && (profile === undefined || one.profile === profile) && (tag === undefined || (one.tags?.includes(tag) ?? false)))
      .map(({ id }) => id)
      .toSorted();
  }

  /** @returns whether there was such a principal. */
  remove(id: string): boolean {
    const removed = this.#write(() => this.#database.prepare('DELETE FROM principal WHERE id = ?').run(id).changes > 0);
    this.#known.delete(id);
    return removed;
  }

  /** Who this is, when the secret is right. An unknown id takes as long as a wrong secret. */
  authenticate(id: string, secret: string | Uint8Array): Principal | undefined {
    this.#refresh();
    const entry = this.#known.get(id);
    const matches = secretMatches(secret, entry?.hash ?? NOBODY);
    return entry && matches ? entry.principal : undefined;
  }

  /**
   * With what this principal signs CoAP requests; undefined when it is not known, or got its secret from a version that made no such key.
   * It is asked for each datagram, also of strangers: what another process has changed counts after a second.
   */
  signingKey(id: string): Uint8Array | undefined {
    if (Math.abs(this.#clock.now() - this.#refreshedAt) >= SIGNING_KEYS_FRESH) this.#refresh();
    return this.#known.get(id)?.signingKey;
  }

  find(id: string): Principal | undefined {
    return this.#known.get(id)?.principal;
  }

  /** Whether `gateway` may send for `device`. */
  isChild(gateway: string, device: string): boolean {
    return this.#known.get(gateway)?.children.has(device) ?? false;
  }

  /** Everyone, by id. */
  list(): Principal[] {
    this.#refresh();
    return [...this.#known.values()].map((entry) => entry.principal);
  }

  close(): void {
    this.#database.close();
  }

  #write<Result>(work: () => Result): Result {
    try {
      return transaction(this.#database, work);
    } catch (error) {
      throw storageError(this.#path, error);
    }
  }

  /** Another process (the command line) may have written: SQLite's data_version tells for the price of a page read. */
  #refresh(): void {
    this.#refreshedAt = this.#clock.now();
    const version = Number(this.#version.get()?.['data_version']);
    if (version === this.#dataVersion) return;
    this.#dataVersion = version;
    this.#load();
  }

  #load(): void {
    this.#known.clear();
    for (const row of this.#database.prepare('SELECT id, kind, profile, children, tags, contract_version, secret_hash, signing_key FROM principal ORDER BY id').iterate()) {
      try {
        const key = row['signing_key'];
        this.#remember(principalOf(row), bytesOf(row['secret_hash'], 'the hash of its secret'), key === null ? undefined : bytesOf(key, 'its signing key'));
      } catch (error) {
        throw new StorageError('DAMAGED', this.#path, `The file ${this.#path} is damaged: it says of "${String(row['id'])}" what cannot be (${messageOf(error)}). Restore it from a backup.`, { cause: error });
      }
    }
  }

  #remember(principal: Principal, hash: Uint8Array, signingKey: Uint8Array | undefined): void {
    this.#known.set(principal.id, { principal, hash, signingKey, children: new Set(principal.children) });
  }
}

const NOBODY = new Uint8Array(32);

function principalOf(row: Record<string, unknown>): Principal {
  const children: unknown = JSON.parse(String(row['children']));
  const tags = checkTags(JSON.parse(String(row['tags'])));
  const named = { id: String(row['id']), kind: checkKind(row['kind']), profile: String(row['profile']), children: Array.isArray(children) ? children.map(String) : [] };
  return principalWith(named, tags, checkContractVersion(row['contract_version']));
}

function principalWith(principal: Omit<Principal, 'tags' | 'contractVersion'>, tags: readonly string[], contractVersion: number | undefined): Principal {
  return { ...principal, ...(tags.length > 0 && { tags }), ...(contractVersion !== undefined && { contractVersion }) };
}

function bytesOf(value: unknown, what: string): Uint8Array {
  if (value instanceof Uint8Array && value.length === NOBODY.length) return value;
  throw new TypeError(`${what} is none`);
}

/** Opens the registry of the backend whose data live in `directory`, which is made when missing. */
export function openRegistry(directory: string, clock: Clock): Registry {
  makeDirectory(directory);
  return new Registry(join(directory, 'registry.sqlite'), clock);
}
