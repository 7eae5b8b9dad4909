import crypto from 'node:crypto';
import { HoldfastError } from '../errors/holdfast-error.ts';

/** Cost of argon2id as OWASP's Password Storage Cheat Sheet asks for: 19 MiB, two passes, one lane. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** More than any hash of ours asks for: a changed file must not be able to take the memory of the machine. */
const HIGHEST_COST = { memory: 1_048_576, passes: 16, parallelism: 16 };

interface ParsedHash {
  memory: number;
  passes: number;
  parallelism: number;
  salt: Buffer;
  hash: Buffer;
}

/**
 * Hashes a person's password with argon2id (RFC 9106) and a fresh salt, in PHC string form:
 * `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`.
 */
export function hashPassword(password: string): string {
  requireArgon2();
  const salt = crypto.randomBytes(SALT_BYTES);
  const hash = crypto.argon2Sync('argon2id', { message: normalised(password), nonce: salt, tagLength: HASH_BYTES, ...COST });
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** Whether the password is the one that was hashed; compared in constant time. A string that is no hash matches nothing. */
export async function passwordMatches(password: string, phc: string): Promise<boolean> {
  requireArgon2();
  const expected = parse(phc);
  if (!expected) return false;
  const { hash, salt, memory, passes, parallelism } = expected;
  const actual = await new Promise<Buffer>((done, fail) => {
    const parameters = { message: normalised(password), nonce: salt, tagLength: hash.length, memory, passes, parallelism };
    crypto.argon2('argon2id', parameters, (error, key) => (error ? fail(error) : done(key)));
  });
  return crypto.timingSafeEqual(actual, hash);
}

/** Whether this is a hash that `passwordMatches` can check. */
export function isPasswordHash(phc: string): boolean {
  return parse(phc) !== undefined;
}

function parse(phc: string): ParsedHash | undefined {
  const match = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/.exec(phc);
  if (!match) return undefined;
  const [memory = 0, passes = 0, parallelism = 0] = match.slice(1, 4).map(Number);
  if (passes < 1 || parallelism < 1 || memory < 8 * parallelism) return undefined;
  if (memory > HIGHEST_COST.memory || passes > HIGHEST_COST.passes || parallelism > HIGHEST_COST.parallelism) return undefined;
  return { memory, passes, parallelism, salt: Buffer.from(match[4] ?? '', 'base64'), hash: Buffer.from(match[5] ?? '', 'base64') };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}

/** The same word typed on another keyboard may come as other code points (NIST SP 800-63B, 5.1.1.2). */
function normalised(password: string): string {
  return password.normalize('NFC');
}

function requireArgon2(): void {
  // The types speak of Node.js 24; an older one reaches this line without the function.
  if (typeof Reflect.get(crypto, 'argon2') === 'function') return;
  throw new HoldfastError('HOLDFAST_NODE_VERSION', `Passwords need Node.js 24.7 or newer, and this is ${process.version}. Start Holdfast with "npm start", which brings its own.`);
}
