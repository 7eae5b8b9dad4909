import { randomBytes } from 'node:crypto';
import { ConfigError } from '../errors/holdfast-error.ts';

/** 32 letters and digits, none easily taken for another: five random bits each. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LENGTH = 6;

const SHORTEST = 12;
const LONGEST = 256;
const FEWEST_DIFFERENT = 5;

/** Words that stand at the top of every list of leaked passwords; the longer ones first. */
const COMMON = ['correcthorsebatterystaple', 'qwertzuiop', 'qwertyuiop', 'asdfghjkl', 'iloveyou', 'password', 'passwort', 'passw0rd', 'p@ssword', 'p@ssw0rd',
  'changeme', 'changeit', 'baseball', 'football', 'princess', 'sunshine', 'trustno1', 'welcome', 'zxcvbnm', 'letmein', 'nodered', 'default', 'secret', 'qwerty',
  'qwertz', 'monkey', 'dragon', 'master', 'login', 'abc123', '1q2w3e4r', '1qaz2wsx', 'test', 'root', 'user'];

/** Beside a common word, at least so many letters must be left. */
const LETTERS_BESIDE_COMMON = 6;

/** A new password for a person: 120 random bits from the system, in four groups that can be read out. */
export function makePassword(): string {
  for (;;) {
    const characters = Array.from(randomBytes(GROUPS * GROUP_LENGTH), (byte) => ALPHABET.charAt(byte % ALPHABET.length));
    const groups = Array.from({ length: GROUPS }, (_, group) => characters.slice(group * GROUP_LENGTH, (group + 1) * GROUP_LENGTH).join(''));
    const password = groups.join('-');
    if (weakness(password) === undefined) return password;
  }
}

/**
 * Refuses a password that would be guessed soon.
 *
 * @param source what the sentence calls it, such as the variable it came from; the password itself is never quoted
 * @throws ConfigError that says what is wrong with it.
 */
export function checkPassword(password: string, source: string): void {
  const reason = weakness(password);
  if (reason !== undefined) throw new ConfigError(source, `${source} cannot be the password: ${reason} Choose another one, or give none and Holdfast makes one.`);
}

function weakness(password: string): string | undefined {
  const length = Array.from(password).length;
  if (length < SHORTEST) return `it has ${length} characters and needs at least ${SHORTEST}.`;
  if (length > LONGEST) return `it has more than ${LONGEST} characters.`;
  if (/\p{Cc}/u.test(password)) return 'it contains a line break or another control character, which cannot be typed at the login.';
  const lower = password.toLowerCase();
  const name = ['admin', 'holdfast'].find((word) => lower.includes(word));
  if (name !== undefined) return `it contains "${name}", which everyone tries first.`;
  if (new Set(lower).size < FEWEST_DIFFERENT) return `it has fewer than ${FEWEST_DIFFERENT} different characters.`;
  if (isRepeated(lower)) return 'it repeats the same few characters.';
  if (isSequence(lower)) return 'it is a row of neighbouring characters.';
  if (isCommon(lower)) return 'it is a common password with little added.';
  return undefined;
}

/** The whole is one piece again and again, the last time perhaps in part: "abc1abc1abc1". */
function isRepeated(text: string): boolean {
  for (let unit = 1; unit <= text.length / 2; unit++) {
    if (text === text.slice(0, unit).repeat(Math.ceil(text.length / unit)).slice(0, text.length)) return true;
  }
  return false;
}

/** Three of four steps lead to the same, the next or the previous character: "abcdefgh1234". */
function isSequence(text: string): boolean {
  let steps = 0;
  for (let index = 1; index < text.length; index++) {
    if (Math.abs(text.charCodeAt(index) - text.charCodeAt(index - 1)) <= 1) steps++;
  }
  return steps >= 0.75 * (text.length - 1);
}

function isCommon(lower: string): boolean {
  const rest = COMMON.reduce((text, word) => text.replaceAll(word, ''), lower);
  if (rest === lower) return false;
  return [...rest.matchAll(/\p{L}/gu)].length < LETTERS_BESIDE_COMMON;
}
