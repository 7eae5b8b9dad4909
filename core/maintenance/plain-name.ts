/** A name of a file right in its directory, and nothing else. */
export function isPlainName(name: unknown): name is string {
  return typeof name === 'string' && /^[\w-][\w.-]{0,199}$/.test(name);
}
