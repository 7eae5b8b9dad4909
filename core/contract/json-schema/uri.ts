/** The base of a schema that has no `$id`: a document of its own, which nothing else can name. */
export const UNNAMED = 'holdfast-schema:/unnamed';

/** A URI reference against its base, without a dot segment (RFC 3986, section 5); as it was given when neither is a URI. */
export function resolveUri(reference: string, base: string): string {
  if (reference === '') return base;
  // An opaque base such as a URN has no hierarchy, but may carry another fragment.
  if (reference.startsWith('#')) return withoutFragment(base) + reference;
  if (reference.startsWith('contract:')) return reference;
  return URL.parse(reference, base)?.href ?? reference;
}

export function withoutFragment(uri: string): string {
  const hash = uri.indexOf('#');
  return hash === -1 ? uri : uri.slice(0, hash);
}

/** What follows the first `#`, percent-decoded; empty when there is nothing. */
export function fragmentOf(uri: string): string {
  const hash = uri.indexOf('#');
  return hash === -1 ? '' : decoded(uri.slice(hash + 1));
}

/** The names in a JSON Pointer (RFC 6901). */
export function pointerNames(pointer: string): string[] {
  return pointer.split('/').slice(1).map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
