import type { Dialect } from '../dialect.ts';

/** One version of a contract. What was in force once does not change: another schema gets another number. */
export interface ContractVersion {
  /** A whole number from 1 on; the highest is the newest. */
  version: number;
  /** As JSON, not as text. */
  schema: unknown;
  /** How the schema is written, where it does not say so itself by `$schema`. */
  dialect?: Dialect;
  /** What is new, for people. */
  note?: string;
}

/** A contract by its id, with all its versions, the oldest first. */
export interface ContractDefinition {
  id: string;
  title?: string;
  versions: ContractVersion[];
}

/** Whether both ask for the same, however their members are ordered; titles and notes ask for nothing. */
export function isSameVersion(one: ContractVersion, other: ContractVersion): boolean {
  return one.version === other.version && (one.dialect ?? '') === (other.dialect ?? '') && isSameJson(one.schema, other.schema);
}

/** Whether two JSON values are equal, however the members of their objects are ordered. */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) {
    return Array.isArray(one) && Array.isArray(other) && one.length === other.length && one.every((element, index) => isSameJson(element, other[index]));
  }
  const members = Object.entries(one);
  const others = new Map<string, unknown>(Object.entries(other));
  return members.length === others.size && members.every(([name, value]) => others.has(name) && isSameJson(value, others.get(name)));
}
