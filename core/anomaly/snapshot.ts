import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Profile } from './detection.ts';

/** All that a detector knows, as plain JSON: its memory as base64, with a checksum over it. */
export interface DetectorSnapshot {
  v: 2;
  profile: Profile;
  /** The arrays of the memory, little-endian, in base64. */
  bytes: string;
  /** CRC-32 of the bytes. */
  crc: number;
}

/** Checks the form of what came back from storage; throws a HoldfastError with code `HOLDFAST_DETECTOR_SNAPSHOT` when it is damaged, or of another profile. */
export function readSnapshot(snapshot: unknown, profile: Profile): DetectorSnapshot {
  if (typeof snapshot !== 'object' || snapshot === null) throw damaged('it is no object');
  if (!('v' in snapshot) || snapshot.v !== 2) throw damaged('its version is not 2');
  if (!('profile' in snapshot) || snapshot.profile !== profile) throw damaged(`its profile is not "${profile}"`);
  if (!('bytes' in snapshot) || typeof snapshot.bytes !== 'string') throw damaged('its bytes are no text');
  if (!('crc' in snapshot) || typeof snapshot.crc !== 'number') throw damaged('it has no checksum');
  return { v: 2, profile, bytes: snapshot.bytes, crc: snapshot.crc };
}

/** The error for a snapshot that cannot be gone on from. */
export function damaged(what: string): HoldfastError {
  return new HoldfastError(
    'HOLDFAST_DETECTOR_SNAPSHOT',
    `The stored state of a detector cannot be used: ${what}. Start it anew without the stored state; it then learns what is usual again.`,
  );
}
