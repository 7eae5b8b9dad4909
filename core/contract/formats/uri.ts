import { isIpv4, isIpv6 } from './internet.ts';

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/;
const PERCENT = /%(?![\dA-Fa-f]{2})/;
const PORT = /^\d*$/;
const FUTURE = /^v[\dA-Fa-f]+\.[\w.~!$&'()*+,;=:-]+$/i;

/** The characters of each part (RFC 3986, appendix A; RFC 3987 adds those beyond ASCII). */
interface Alphabet { path: RegExp; user: RegExp; host: RegExp; query: RegExp; fragment: RegExp }

const URI: Alphabet = {
  path: /^[\w.~!$&'()*+,;=:@%/-]*$/,
  user: /^[\w.~!$&'()*+,;=:%-]*$/,
  host: /^[\w.~!$&'()*+,;=%-]*$/,
  query: /^[\w.~!$&'()*+,;=:@%/?-]*$/,
  fragment: /^[\w.~!$&'()*+,;=:@%/?-]*$/,
};
const BEYOND = '\\u{a0}-\\u{d7ff}\\u{f900}-\\u{fdcf}\\u{fdf0}-\\u{ffef}\\u{10000}-\\u{1fffd}\\u{20000}-\\u{2fffd}\\u{30000}-\\u{3fffd}\\u{e1000}-\\u{efffd}';
const PRIVATE = '\\u{e000}-\\u{f8ff}\\u{f0000}-\\u{ffffd}\\u{100000}-\\u{10fffd}';
const IRI: Alphabet = {
  path: widened(URI.path, BEYOND), user: widened(URI.user, BEYOND), host: widened(URI.host, BEYOND),
  query: widened(URI.query, BEYOND + PRIVATE), fragment: widened(URI.fragment, BEYOND),
};

/** RFC 3986. */
export function isUri(text: string): boolean {
  return isReference(text, URI, true);
}

/** RFC 3986, section 4.1. */
export function isUriReference(text: string): boolean {
  return isReference(text, URI, false);
}

/** RFC 3987. */
export function isIri(text: string): boolean {
  return isReference(text, IRI, true);
}

/** RFC 3987, section 2.2. */
export function isIriReference(text: string): boolean {
  return isReference(text, IRI, false);
}

function isReference(text: string, alphabet: Alphabet, needsScheme: boolean): boolean {
  if (PERCENT.test(text)) return false;
  const [beforeFragment, fragment] = parted(text, '#');
  const [beforeQuery, query] = parted(beforeFragment, '?');
  if (!alphabet.fragment.test(fragment) || !alphabet.query.test(query)) return false;
  const colon = beforeQuery.indexOf(':');
  const slash = beforeQuery.indexOf('/');
  const hasScheme = colon !== -1 && (slash === -1 || colon < slash);
  // A first segment with a colon is a scheme.
  if (hasScheme ? !SCHEME.test(beforeQuery.slice(0, colon)) : needsScheme) return false;
  const hierarchy = hasScheme ? beforeQuery.slice(colon + 1) : beforeQuery;
  if (!hierarchy.startsWith('//')) return alphabet.path.test(hierarchy);
  const end = hierarchy.indexOf('/', 2);
  const authority = end === -1 ? hierarchy.slice(2) : hierarchy.slice(2, end);
  return isAuthority(authority, alphabet) && alphabet.path.test(end === -1 ? '' : hierarchy.slice(end));
}

function isAuthority(authority: string, alphabet: Alphabet): boolean {
  const at = authority.lastIndexOf('@');
  if (at !== -1 && !alphabet.user.test(authority.slice(0, at))) return false;
  const place = authority.slice(at + 1);
  if (place.startsWith('[')) {
    const close = place.indexOf(']');
    const address = place.slice(1, close);
    const rest = place.slice(close + 1);
    return close !== -1 && (isIpv6(address) || FUTURE.test(address)) && (rest === '' || (rest.startsWith(':') && PORT.test(rest.slice(1))));
  }
  const [host, port] = parted(place, ':');
  return PORT.test(port) && (isIpv4(host) || alphabet.host.test(host));
}

function parted(text: string, at: string): [before: string, after: string] {
  const index = text.indexOf(at);
  return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}

function widened(expression: RegExp, ranges: string): RegExp {
  return new RegExp(expression.source.replace('[', `[${ranges}`), 'u');
}

const LITERAL = /^(?:[^\p{Cc} "<>%\\^`{|}]|%[\dA-Fa-f]{2})*$/u;
/** One variable of an expression, with what is done to it. */
const VARIABLE = /^(?:\w|%[\dA-Fa-f]{2})(?:\.?(?:\w|%[\dA-Fa-f]{2}))*(?::[1-9]\d{0,3}|\*)?$/;
const OPERATOR = /^[+#./;?&=,!@|]/;

/** RFC 6570, with its erratum 6937: an apostrophe is a literal. */
export function isUriTemplate(text: string): boolean {
  const [first = '', ...others] = text.split('{');
  return LITERAL.test(first) && others.every((part) => {
    const close = part.indexOf('}');
    return close !== -1 && part.slice(0, close).replace(OPERATOR, '').split(',').every((variable) => VARIABLE.test(variable)) && LITERAL.test(part.slice(close + 1));
  });
}
