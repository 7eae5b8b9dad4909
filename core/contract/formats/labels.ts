import { domainToASCII, domainToUnicode } from 'node:url';

const IS_ASCII = /^\p{ASCII}*$/u;
const ASCII_LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
/** RFC 5892, section 2: letters, digits and marks; and beside them the exceptions of section 2.6 that are allowed. */
const ALLOWED = /^[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}\-\u{b7}\u{375}\u{5f3}\u{5f4}\u{6fd}\u{6fe}\u{f0b}\u{3007}\u{30fb}\u{200c}\u{200d}]$/u;
/** RFC 5892, section 2.6: letters and marks that are forbidden all the same. */
const FORBIDDEN = /[\u{640}\u{7fa}\u{302e}\u{302f}\u{3031}-\u{3035}\u{303b}]/u;
const OLD_HANGUL = /[\u{1100}-\u{11ff}\u{a960}-\u{a97f}\u{d7b0}-\u{d7ff}]/u;
const UNSTABLE = /^[^ßς]*$/u;
const VIRAMA = /^[\u{94d}\u{9cd}\u{a4d}\u{acd}\u{b4d}\u{bcd}\u{c4d}\u{ccd}\u{d3b}\u{d3c}\u{d4d}\u{dca}\u{e3a}\u{eba}\u{f84}\u{1039}\u{103a}\u{1714}\u{1734}\u{17d2}\u{1a60}\u{1b44}\u{1baa}\u{1bab}\u{1bf2}\u{1bf3}\u{2d7f}\u{a806}\u{a8c4}\u{a953}\u{a9c0}\u{aaf6}\u{abed}]$/u;
/** Scripts whose letters join, between which a zero width non-joiner may stand (RFC 5892, appendix A.1). */
const JOINING = /^[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}\p{Script=Mandaic}\p{Script=Phags_Pa}\p{Script=Manichaean}]$/u;

/** A label of RFC 1123: letters, digits, and hyphens between them. */
export function isAsciiLabel(label: string): boolean {
  return ASCII_LABEL.test(label);
}

/** A label of a host name in ASCII: of RFC 1123, or an A-label that stands for a good label of Unicode. */
export function isLabel(label: string): boolean {
  if (!isAsciiLabel(label)) return false;
  if (label.slice(2, 4) !== '--') return true;
  if (!/^xn--/i.test(label)) return false;
  const unicode = domainToUnicode(label.toLowerCase());
  return unicode !== '' && !IS_ASCII.test(unicode) && isLabelOfUnicode(unicode);
}

/** A label of ASCII or of Unicode. */
export function isUnicodeLabel(label: string): boolean {
  return IS_ASCII.test(label) ? isLabel(label) : isLabelOfUnicode(label) && domainToASCII(label) !== '';
}

/** RFC 5891, section 4.2, and RFC 5892. */
function isLabelOfUnicode(label: string): boolean {
  if (label.normalize('NFC') !== label || label.startsWith('-') || label.endsWith('-') || label.slice(2, 4) === '--') return false;
  if (/^\p{M}/u.test(label) || FORBIDDEN.test(label) || OLD_HANGUL.test(label)) return false;
  const characters = Array.from(label);
  if (!characters.every((character) => ALLOWED.test(character) && isStable(character))) return false;
  if (/[\u{660}-\u{669}]/u.test(label) && /[\u{6f0}-\u{6f9}]/u.test(label)) return false;
  return characters.every((character, index) => fitsItsPlace(character, characters, index)) && keepsDirection(label, characters);
}

/** RFC 5892, section 2.2: what changes when it is normalised and made lower case may not stand in a label. */
function isStable(character: string): boolean {
  return !UNSTABLE.test(character) || character.normalize('NFKC').toLowerCase().normalize('NFKC') === character;
}

/** The rules of RFC 5892, appendix A, for characters that need others beside them. */
function fitsItsPlace(character: string, label: readonly string[], index: number): boolean {
  const before = label[index - 1] ?? '';
  const after = label[index + 1] ?? '';
  switch (character) {
    case '\u200c': return VIRAMA.test(before) || (JOINING.test(before) && JOINING.test(after));
    case '\u200d': return VIRAMA.test(before);
    case '\u00b7': return before === 'l' && after === 'l';
    case '\u0375': return /^\p{Script=Greek}$/u.test(after);
    case '\u05f3':
    case '\u05f4': return /^\p{Script=Hebrew}$/u.test(before);
    case '\u30fb': return label.some((other) => /^[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]$/u.test(other) && other !== '\u30fb');
    default: return true;
  }
}

/** RFC 5893, rule 1: a label with letters that run from right to left begins with one of them. */
function keepsDirection(label: string, [first = '']: readonly string[]): boolean {
  const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
  const isRightToLeft = Array.from(label).some((character) => rightToLeft.test(character) && /\p{L}/u.test(character));
  return !isRightToLeft || (rightToLeft.test(first) && !/\p{Script=Latin}/u.test(label));
}
