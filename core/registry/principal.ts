import { HIGHEST_VERSION } from '../contract/book/read-contracts.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';

/**
 * What may authenticate: a `device` sends its own samples, a `gateway` sends for the devices listed as its children,
 * an `application` (a dashboard, the flows' own broker connection) sends no samples and may read alarms.
 */
export type PrincipalKind = 'device' | 'gateway' | 'application';

export interface Principal {
  readonly id: string;
  readonly kind: PrincipalKind;
  /** The profile of a device; empty when it has none. */
  readonly profile: string;
  /** The devices a gateway may send for. */
  readonly children: readonly string[];
  /** By what devices are asked for together; absent when it has none. */
  readonly tags?: readonly string[];
  /** The version of its profile's contract that holds for a device whatever newer ones there are; absent: the newest. */
  readonly contractVersion?: number;
}

/** An id, kind or list that the registry cannot take. Code `HOLDFAST_PRINCIPAL`. */
export class PrincipalError extends HoldfastError {
  constructor(message: string) {
    super('HOLDFAST_PRINCIPAL', message);
  }
}

const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;

/** Whether a text can be an id. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/**
 * Ids stand in MQTT topics, file names and URLs, hence the narrow alphabet.
 *
 * @throws PrincipalError naming the id and what is allowed.
 */
export function checkId(id: unknown): string {
  if (typeof id === 'string' && isId(id)) return id;
  const shown = typeof id === 'string' ? `"${id.slice(0, 80)}"` : String(typeof id);
  throw new PrincipalError(`The id ${shown} cannot be used. Use 1 to 64 letters, digits, "-", "_", "." or ":", beginning with a letter or digit.`);
}

/**
 * The version to which a device is pinned; undefined for null, which is none.
 *
 * @throws PrincipalError naming what is wrong.
 */
export function checkContractVersion(version: unknown): number | undefined {
  if (version === null) return undefined;
  if (typeof version === 'number' && Number.isInteger(version) && version >= 1 && version <= HIGHEST_VERSION) return version;
  const shown = typeof version === 'number' ? String(version) : typeof version === 'string' ? `"${version.slice(0, 40)}"` : `of type ${typeof version}`;
  throw new PrincipalError(`contractVersion is ${shown}. Send the number of a version of its profile's contract, or null for the newest.`);
}

/** @throws PrincipalError when `kind` is not one of the three. */
export function checkKind(kind: unknown): PrincipalKind {
  if (kind === 'device' || kind === 'gateway' || kind === 'application') return kind;
  throw new PrincipalError(`The kind "${String(kind).slice(0, 40)}" is not known. Use device, gateway or application.`);
}
