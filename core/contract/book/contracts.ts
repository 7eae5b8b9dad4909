import { ConfigError, messageOf } from '../../errors/holdfast-error.ts';
import type { Profiles } from '../../profile/profiles.ts';
import type { KnownContracts } from '../index.ts';
import type { Registry } from '../../registry/registry.ts';
import { openContractFile } from './contract-file.ts';
import { isSameVersion } from './definition.ts';
import type { ContractDefinition, ContractVersion } from './definition.ts';
import { checkCircles } from './references.ts';
import { compileSampleContract } from './sample-contract.ts';
import type { SampleContract } from './sample-contract.ts';
import { UnknownContractError } from './unknown-contract-error.ts';

export interface ContractsOptions {
  /** Of the file that keeps every version that was ever in force. */
  path: string;
  /** Where a device's profile and the version it is pinned to stand. */
  registry: Pick<Registry, 'find'>;
  profiles: Pick<Profiles, 'of'>;
}

/** Characters of all versions together: well below what a file of the workspace may hold. */
const MOST_KEPT = 24_000_000;

/** The contracts of a backend: those in force, and each version that ever was. */
export class Contracts {
  readonly #file: ReturnType<typeof openContractFile>;
  readonly #registry: ContractsOptions['registry'];
  readonly #profiles: ContractsOptions['profiles'];
  /** All that is known, by id. */
  #known: ReadonlyMap<string, ContractDefinition>;
  /** By id, the newest version of those in force: a flow that goes back to an older state goes back to its contracts. */
  #newest: ReadonlyMap<string, number> = new Map();
  /** By id and version; what is asked for at each sample is compiled once. */
  #compiled = new Map<string, Map<number, SampleContract>>();

  /** @throws DamagedFileError when the file cannot be used. */
  constructor({ path, registry, profiles }: ContractsOptions) {
    this.#file = openContractFile(path);
    this.#registry = registry;
    this.#profiles = profiles;
    this.#known = byId(this.#file.content?.contracts ?? []);
  }

  /**
   * Puts these in force. What was in force before stays known. They are on disk when this returns.
   *
   * @throws ConfigError, and nothing has changed then, for a version that was in force with another schema, and for a schema that cannot be
   *   a contract; the system's error when the file cannot be written.
   */
  set(definitions: readonly ContractDefinition[]): void {
    const { merged, newest } = this.#merged(definitions);
    this.#write(merged);
    this.#known = merged;
    this.#newest = newest;
    this.#compiled = new Map();
  }

  /** @throws as `set`, and puts nothing in force. */
  check(definitions: readonly ContractDefinition[]): void {
    this.#merged(definitions);
  }

  /** Finds contracts for a `$ref`, as they are, or as they would be with these in force. */
  finder(definitions?: readonly ContractDefinition[]): KnownContracts {
    if (!definitions) return finder(this.#known, this.#newest);
    const given = finder(byId(definitions), newestOfEach(definitions));
    const kept = this.finder();
    return (id, version) => given(id, version) ?? kept(id, version);
  }

  #merged(definitions: readonly ContractDefinition[]): { merged: ReadonlyMap<string, ContractDefinition>; newest: ReadonlyMap<string, number> } {
    const merged = new Map(this.#known);
    const added: Array<{ id: string; version: ContractVersion; field: string }> = [];
    for (const [index, definition] of definitions.entries()) {
      const field = `contracts, row ${index + 1}`;
      const kept = merged.get(definition.id);
      merged.set(definition.id, merge(definition, kept, field));
      for (const version of definition.versions) {
        if (!kept?.versions.some((one) => one.version === version.version)) added.push({ id: definition.id, version, field });
      }
    }
    const newest = newestOfEach(definitions);
    const find = finder(merged, newest);
    for (const { id, version, field } of added) checkUsable(find, id, version, field);
    return { merged, newest };
  }

  /** All contracts that are known, by id, each with every version that was ever in force. */
  definitions(): ContractDefinition[] {
    return [...this.#known.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The versions of a contract, the oldest first; none when it is not known. */
  versions(id: string): number[] {
    return (this.#known.get(id)?.versions ?? []).map(({ version }) => version);
  }

  /** The version that counts where none is named; undefined when the contract is not known. */
  newest(id: string): number | undefined {
    return this.#newest.get(id) ?? this.versions(id).at(-1);
  }

  /**
   * A contract, compiled; the newest version where none is named.
   *
   * @throws UnknownContractError when there is no such; ContractError when an older Holdfast took a schema that this one cannot use.
   */
  of(id: string, version: number | undefined = this.newest(id)): SampleContract {
    const compiled = version === undefined ? undefined : this.#compiled.get(id)?.get(version);
    return compiled ?? this.#compile(id, version);
  }

  /**
   * The contract that a device has to meet: that of its profile, in the version to which the device is pinned, else the newest. Undefined when it has
   * no profile, or its profile no contract.
   *
   * @param profile for a device that is not registered: the one its samples name.
   * @throws as `of`.
   */
  forDevice(device: string, profile?: string): SampleContract | undefined {
    const principal = this.#registry.find(device);
    const name = principal ? principal.profile : profile;
    const id = name === undefined || name === '' ? undefined : this.#profiles.of(name)?.contract;
    return id === undefined ? undefined : this.of(id, principal?.contractVersion ?? this.newest(id));
  }

  #compile(id: string, version: number | undefined): SampleContract {
    const found = this.#known.get(id)?.versions.find((one) => one.version === version);
    if (!found) throw unknown(id, version, this.versions(id));
    const compiled = compileSampleContract({ id, ...found, known: this.finder() });
    const versions = this.#compiled.get(id) ?? new Map<number, SampleContract>();
    this.#compiled.set(id, versions.set(found.version, compiled));
    return compiled;
  }

  #write(merged: ReadonlyMap<string, ContractDefinition>): void {
    const contracts = [...merged.values()];
    const { length } = JSON.stringify(contracts);
    if (length > MOST_KEPT) throw new ConfigError('contracts', `All versions of the contracts together have ${length} characters, more than the ${MOST_KEPT} that are kept. Write the schemas shorter.`);
    const before = this.#file.content?.contracts ?? [];
    if (JSON.stringify(before) !== JSON.stringify(contracts)) this.#file.write({ contracts });
  }
}

function byId(definitions: readonly ContractDefinition[]): Map<string, ContractDefinition> {
  return new Map(definitions.map((definition) => [definition.id, definition]));
}

function newestOfEach(definitions: readonly ContractDefinition[]): Map<string, number> {
  return new Map(definitions.map(({ id, versions }) => [id, newestOf(versions)]));
}

function newestOf(versions: readonly ContractVersion[]): number {
  return Math.max(...versions.map(({ version }) => version));
}

/** Titles and notes are those given last; what a version asks for stays. */
function merge(definition: ContractDefinition, kept: ContractDefinition | undefined, field: string): ContractDefinition {
  const versions = new Map(kept?.versions.map((version) => [version.version, version]));
  for (const version of definition.versions) {
    const former = versions.get(version.version);
    if (former && !isSameVersion(former, version)) {
      const free = Math.max(...versions.keys(), newestOf(definition.versions)) + 1;
      throw new ConfigError(`${field}, versions`, `${field}, version ${version.version} of "${definition.id}" was in force with another schema, and what was in force does not change. Raise the version: give the new schema the number ${free}, and leave version ${version.version} as it was.`);
    }
    versions.set(version.version, version);
  }
  return { ...definition, versions: [...versions.values()].toSorted((a, b) => a.version - b.version) };
}

/** For `$ref` from one contract to another. */
function finder(known: ReadonlyMap<string, ContractDefinition>, newest: ReadonlyMap<string, number>): KnownContracts {
  return (id, version) => {
    const versions = known.get(id)?.versions;
    const wanted = version ?? newest.get(id) ?? versions?.at(-1)?.version;
    return versions?.find((one) => one.version === wanted);
  };
}

/** Says at the deploy, not at the first sample, that a schema cannot be a contract. */
function checkUsable(known: KnownContracts, id: string, version: ContractVersion, field: string): void {
  try {
    checkCircles(id, version, known);
    compileSampleContract({ id, ...version, known });
  } catch (error) {
    throw new ConfigError(`${field}, versions`, `${field}, version ${version.version} of "${id}": ${messageOf(error)}`, { cause: error });
  }
}

function unknown(id: string, version: number | undefined, versions: readonly number[]): UnknownContractError {
  const shown = id.slice(0, 80);
  if (versions.length === 0) return new UnknownContractError(`The backend has no contract "${shown}". Add it under Contracts in the backend's dialog, or name one that is there.`);
  return new UnknownContractError(`The contract "${shown}" has no version ${version ?? ''}; it has ${versions.slice(-10).join(', ')}. Name one of these.`);
}
