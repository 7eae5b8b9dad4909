import { chmodSync, statSync } from 'node:fs';
import { LowSync } from 'lowdb';
import { HoldfastError, messageOf } from '../errors/holdfast-error.ts';
import { PRIVATE_MODE, writeFileAtomically } from './atomic-file.ts';
import { DamagedFileError } from './damaged-file-error.ts';
import { readText } from './read-text.ts';

/** A JSON object as it stands in a file. */
export type JsonObject = Record<string, unknown>;

/** What a document of the workspace looks like, and what to do when it does not. */
export interface DocumentFormat<Content extends object> {
  /** The n-th migration turns version n + 1 into version n + 2; the current version is one more than there are migrations. */
  readonly migrations: readonly ((content: JsonObject) => JsonObject)[];
  /** Returns the content when it is sound; throws an Error that names the wrong field otherwise. */
  check(content: JsonObject): Content;
  /** What the reader of the error can do about a damaged file, as sentences. */
  readonly cure: string;
  /** Permissions of the file; the owner's alone when not given. */
  readonly mode?: number;
}

/**
 * One JSON file of the workspace: few records, read by people, rewritten as a whole, on disk when `write` returns.
 * It carries its `version`. A damaged file, or one of a newer version, is refused and never overwritten.
 */
export class WorkspaceDocument<Content extends object> {
  readonly path: string;
  readonly #database: LowSync<Content | null>;

  /** @throws DamagedFileError when the file cannot be used, HoldfastError when it cannot be read. */
  constructor(path: string, format: DocumentFormat<Content>) {
    this.path = path;
    const version = format.migrations.length + 1;
    this.#database = new LowSync<Content | null>(
      {
        read: () => readDocument(path, format),
        write: (content) => writeFileAtomically(path, `${JSON.stringify({ version, ...content }, null, 2)}\n`, format.mode),
      },
      null,
    );
    this.#database.read();
  }

  /** What the file holds; undefined while there is no file. */
  get content(): Content | undefined {
    return this.#database.data ?? undefined;
  }

  /** Writes the document; it is on disk when this returns. */
  write(content: Content): void {
    this.#database.data = content;
    this.#database.write();
  }
}

/** Takes the rights of group and others from a file with secrets. @returns whether it had to. */
export function makePrivate(path: string): boolean {
  if (process.platform === 'win32' || (statSync(path).mode & 0o077) === 0) return false;
  chmodSync(path, PRIVATE_MODE);
  return true;
}

function readDocument<Content extends object>(path: string, format: DocumentFormat<Content>): Content | null {
  const text = readText(path);
  if (text === undefined) return null;
  try {
    return format.check(migrate(path, parseObject(text), format.migrations));
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    throw new DamagedFileError(path, `The file ${path} is damaged (${messageOf(error)}). ${format.cure}`, { cause: error });
  }
}

/** @throws Error that says in a few words why this is no JSON object. The text is not quoted: it may hold secrets. */
function parseObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new Error(text.trim() === '' ? 'it is empty' : 'it is not JSON');
  }
  if (!isObject(value)) throw new Error('it is not a JSON object');
  return value;
}

function migrate(path: string, content: JsonObject, migrations: readonly ((content: JsonObject) => JsonObject)[]): JsonObject {
  const current = migrations.length + 1;
  const version = content['version'];
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) throw new Error('its "version" is missing or is not a whole number from 1 on');
  if (version > current) {
    throw new HoldfastError('HOLDFAST_NEWER_FILE', `The file ${path} was written by a newer Holdfast (version ${version} of the file, this one knows ${current}). Update Holdfast.`);
  }
  return migrations.slice(version - 1).reduce<JsonObject>((older, migration) => ({ ...migration(older), version: current }), content);
}

/** Whether a parsed JSON value is an object, neither null nor a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
