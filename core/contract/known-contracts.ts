import { readAuthored } from './authored-schema.ts';
import { ContractError } from './contract-error.ts';
import type { Dialect } from './dialect.ts';
import type { Document } from './json-schema/library.ts';

/** A version of a contract, as those that know contracts by name give it. */
export interface KnownContract {
  version: number;
  /** As in ContractSource. */
  schema: unknown;
  dialect?: Dialect;
}

/** Finds a contract by its id: that version of it, or the newest when none is asked for; undefined when there is none. */
export type KnownContracts = (id: string, version?: number) => KnownContract | undefined;

const REFERENCE = /^contract:(.+?)(?:@(\d+))?$/;

/** Which contract a URI names, as `contract:<id>` or `contract:<id>@<version>`; undefined for another URI. */
export function contractNamed(uri: string): { id: string; version?: number } | undefined {
  const found = REFERENCE.exec(uri);
  if (!found) return undefined;
  const [, written = '', version] = found;
  const id = decoded(written);
  return version === undefined ? { id } : { id, version: Number(version) };
}

/** The schema of a known contract, good by the rules for contracts; undefined for a URI that names none. Throws ContractError. */
export function knownContract(uri: string, known: KnownContracts | undefined, pattern: (source: string) => unknown): Document | undefined {
  const named = contractNamed(uri);
  if (!named) return undefined;
  const found = known?.(named.id, named.version);
  if (!found) {
    const { id, version } = named;
    throw new ContractError('$ref', `"${uri.slice(0, 120)}" names a contract that is not known${version === undefined ? '' : ` in version ${version}`}. Define the contract "${id.slice(0, 100)}"${version === undefined ? '' : ' in that version'} in the backend, or correct the $ref.`);
  }
  try {
    const read = readAuthored(found.schema, found.dialect, pattern);
    if (!('jtd' in read)) return read;
  } catch (error) {
    throw error instanceof ContractError ? error.movedTo(`${uri}#/${error.place}`) : error;
  }
  throw new ContractError('$ref', `"${uri.slice(0, 120)}" is written in JSON Type Definition, which a JSON Schema cannot refer to. Write it as a JSON Schema, or copy what is needed.`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
