import { domainToASCII } from 'node:url';
import { isAsciiLabel, isLabel, isUnicodeLabel } from './labels.ts';

const ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+$/;
const QUOTED = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"$/;
const UNICODE_ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u{80}-\u{10ffff}-]+$/u;
const UNICODE_QUOTED = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e\u{80}-\u{10ffff}]|\\[\x20-\x7e])*"$/u;
const NUMBER = /^(?:0|[1-9]\d{0,2})$/;
const GROUP = /^[\dA-Fa-f]{1,4}$/;
/** What RFC 3490 (section 3.1) takes for a dot between labels. */
const DOTS = /[.\u3002\uff0e\uff61]/u;
const LONGEST_NAME = 253;
const LONGEST_LABEL = 63;

/** RFC 2673, section 3.2: four numbers, without leading zeros. */
export function isIpv4(text: string): boolean {
  const numbers = text.split('.');
  return numbers.length === 4 && numbers.every((number) => NUMBER.test(number) && Number(number) <= 255);
}

/** RFC 4291, section 2.2: without a zone. */
export function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1);
  // An IPv4 address at the end takes the place of two groups.
  const hasIpv4 = last?.includes('.') === true && !text.endsWith(':');
  if (hasIpv4 && !isIpv4(last ?? '')) return false;
  const plain = hasIpv4 ? groups.slice(0, -1) : groups;
  const count = plain.length + (hasIpv4 ? 2 : 0);
  return plain.every((group) => GROUP.test(group)) && (halves.length === 2 ? count <= 7 : count === 8);
}

/** RFC 1123, section 2.1, with A-labels of RFC 5890. */
export function isHostname(text: string): boolean {
  return text.length <= LONGEST_NAME && text.split('.').every(isLabel);
}

/**
 * RFC 5890, section 2.3.2.3: labels may be of Unicode. Their length is counted in the characters that are written, as the JSON Schema Test Suite
 * does, and not in those of the A-label, which may be a few more.
 */
export function isIdnHostname(text: string): boolean {
  const labels = text.split(DOTS);
  return labels.every((label) => label.length <= LONGEST_LABEL && isUnicodeLabel(label)) && domainToASCII(labels.join('.')).length <= LONGEST_NAME;
}

/** RFC 5321, section 4.1.2, `Mailbox`. */
export function isEmail(text: string): boolean {
  return isMailbox(text, ATOM, QUOTED, isMailDomain);
}

/** RFC 6531: a mailbox with characters of Unicode. */
export function isIdnEmail(text: string): boolean {
  return isMailbox(text, UNICODE_ATOM, UNICODE_QUOTED, isIdnHostname);
}

/** Labels as of RFC 1123; RFC 5321 does not ask what an A-label stands for. */
function isMailDomain(text: string): boolean {
  return text.length <= LONGEST_NAME && text.split('.').every(isAsciiLabel);
}

function isMailbox(text: string, atom: RegExp, quoted: RegExp, isDomain: (text: string) => boolean): boolean {
  const at = text.lastIndexOf('@');
  if (at < 1) return false;
  const local = text.slice(0, at);
  if (!quoted.test(local) && !local.split('.').every((part) => atom.test(part))) return false;
  const domain = text.slice(at + 1);
  if (!domain.startsWith('[') || !domain.endsWith(']')) return isDomain(domain);
  const address = domain.slice(1, -1);
  return /^ipv6:/i.test(address) ? isIpv6(address.slice(5)) : isIpv4(address);
}
