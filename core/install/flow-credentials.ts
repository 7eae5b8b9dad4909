import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { isObject } from '../workspace/document.ts';
import type { JsonObject } from '../workspace/document.ts';

const ALGORITHM = 'aes-256-ctr';
const VECTOR_HEX_DIGITS = 32;

/**
 * Writes credentials, an object a node by node id, in the form of Node-RED's `flows_cred.json`: `{"$": "<vector in hex><cipher text in base64>"}`,
 * AES-256-CTR under the SHA-256 of the secret (@node-red/runtime, lib/nodes/credentials.js).
 */
export function encryptCredentials(credentials: JsonObject, secret: string): string {
  const vector = randomBytes(VECTOR_HEX_DIGITS / 2);
  const cipher = createCipheriv(ALGORITHM, keyOf(secret), vector);
  const text = cipher.update(JSON.stringify(credentials), 'utf8', 'base64') + cipher.final('base64');
  return JSON.stringify({ $: vector.toString('hex') + text });
}

/**
 * Reads what `encryptCredentials` or Node-RED wrote. Credentials that are not encrypted are read as they are, as
 * Node-RED does, which encrypts them at the next deploy.
 *
 * @throws Error in a few words when the text is damaged or the secret is another one. Counter mode tells neither by
 * itself: what comes out is then no JSON.
 */
export function decryptCredentials(text: string, secret: string): JsonObject {
  const stored = parse(text, 'it is not JSON');
  const sealed = stored['$'];
  if (sealed === undefined) return stored;
  if (typeof sealed !== 'string' || !/^[0-9a-f]{32}/.test(sealed)) throw new Error('its content is not encrypted in the form of Node-RED');
  const decipher = createDecipheriv(ALGORITHM, keyOf(secret), Buffer.from(sealed.slice(0, VECTOR_HEX_DIGITS), 'hex'));
  return parse(decipher.update(sealed.slice(VECTOR_HEX_DIGITS), 'base64', 'utf8') + decipher.final('utf8'), 'the credential secret in settings.json does not open it');
}

function parse(text: string, otherwise: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new Error(otherwise);
  }
  if (!isObject(value)) throw new Error(otherwise);
  return value;
}

function keyOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
