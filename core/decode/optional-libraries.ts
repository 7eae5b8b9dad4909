import { DecodeError } from './decode-error.ts';

type Cborg = typeof import('cborg');
type MessagePackLibrary = typeof import('@msgpack/msgpack');

/** How a library is loaded; only tests hand over another. */
export interface Importer {
  cborg(): Promise<Cborg>;
  messagePack(): Promise<MessagePackLibrary>;
}

const INSTALLED: Importer = {
  cborg: () => import('cborg'),
  messagePack: () => import('@msgpack/msgpack'),
};

const loaded: { cborg?: Cborg; messagePack?: MessagePackLibrary } = {};

/**
 * Loads the libraries that CBOR and MessagePack are read with, so that decoding need not wait for them. Await it once before the first
 * payload. They are optional dependencies: one that is absent, or that cannot be loaded, is no error here, but payloads that
 * need it are refused from then on.
 */
export async function prepareFormats(importer: Importer = INSTALLED): Promise<void> {
  const [cborg, messagePack] = await Promise.allSettled([importer.cborg(), importer.messagePack()]);
  if (cborg.status === 'fulfilled') loaded.cborg = cborg.value;
  else delete loaded.cborg;
  if (messagePack.status === 'fulfilled') loaded.messagePack = messagePack.value;
  else delete loaded.messagePack;
}

/** @throws DecodeError `unsupported-format` when it is not installed. */
export function cborgLibrary(): Cborg {
  if (loaded.cborg === undefined) throw missing('CBOR', 'cborg');
  return loaded.cborg;
}

/** @throws DecodeError `unsupported-format` when it is not installed. */
export function messagePackLibrary(): MessagePackLibrary {
  if (loaded.messagePack === undefined) throw missing('MessagePack', '@msgpack/msgpack');
  return loaded.messagePack;
}

function missing(format: string, library: string): DecodeError {
  return new DecodeError('unsupported-format', `A payload in ${format} cannot be read: the library ${library} is not installed. Run "npm install ${library}" where Holdfast is installed, and restart Node-RED.`);
}
