import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A new device secret: 256 random bits from the system, as 43 characters of base64url. */
export function makeSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The form in which a secret is stored. A plain SHA-256 is enough here and only here: the secret has 256 random bits,
 * so there is no dictionary to try and a slow hash would protect nothing but the attacker's patience.
 */
export function hashSecret(secret: string | Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Compares in constant time. */
export function secretMatches(secret: string | Uint8Array, hash: Uint8Array): boolean {
  return timingSafeEqual(hashSecret(secret), hash);
}

/**
 * The key with which a principal signs CoAP requests: HMAC-SHA-256 of a fixed text with the secret as its key. It is stored as it is, since whoever
 * checks a signature needs it; that it is derived keeps the secret itself out of the file: MQTT and HTTP want that.
 */
export function signingKeyOf(secret: string): Buffer {
  return createHmac('sha256', secret).update('holdfast coap v1').digest();
}
