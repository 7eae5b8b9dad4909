import { ConfigError } from '../errors/holdfast-error.ts';
import { coldRoom } from './cold-room.ts';
import { deliveryVan } from './delivery-van.ts';
import { freezer } from './freezer.ts';
import type { Kind } from './kind.ts';
import { press } from './press.ts';

/** The kinds of device the simulator knows, with their metrics: for dialogs, documents and contracts. */
export const KINDS: readonly Kind[] = [coldRoom, freezer, press, deliveryVan];

/**
 * The kind of that name.
 * @throws ConfigError (field `kind`) when there is none.
 */
export function kindOf(name: unknown): Kind {
  const kind = KINDS.find((known) => known.name === name);
  if (kind) return kind;
  const names = KINDS.map((known) => known.name).join(', ');
  throw new ConfigError('kind', `The simulator knows no kind of device ${shown(name)}. Choose one of: ${names}.`);
}

/** A value as a message shows it: quoted, and short whatever it is. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' && value ? 'an object' : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
