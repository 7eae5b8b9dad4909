/** What a client says of itself. */
export interface Credentials {
  id: string;
  secret: string;
}

const BASIC = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i;
const BEARER = /^bearer +(\S+) *$/i;

/**
 * Reads an Authorization header: `Basic` with base64 of `<id>:<secret>` (RFC 7617), or `Bearer <id>:<secret>` for devices that would
 * rather not encode. Ids may hold a colon and secrets never do, so the last one parts them.
 *
 * @returns undefined where there are no credentials in either form.
 */
export function credentialsOf(header: string | undefined): Credentials | undefined {
  if (header === undefined) return undefined;
  const basic = BASIC.exec(header)?.[1];
  const pair = basic === undefined ? BEARER.exec(header)?.[1] : Buffer.from(basic, 'base64').toString();
  const colon = pair?.lastIndexOf(':') ?? -1;
  return pair === undefined || colon < 1 ? undefined : { id: pair.slice(0, colon), secret: pair.slice(colon + 1) };
}
