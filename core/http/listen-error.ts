import { HoldfastError, messageOf } from '../errors/holdfast-error.ts';

/** The listener could not be opened. Code `HOLDFAST_LISTEN`. */
export class ListenError extends HoldfastError {
  constructor(message: string, options?: ErrorOptions) {
    super('HOLDFAST_LISTEN', message, options);
  }
}

const CURES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'The port is taken by another program. Stop that one or choose another port.',
  EACCES: 'Ports below 1024 need special rights. Choose another port.',
  EADDRNOTAVAIL: 'This machine has no such address. Use 127.0.0.1, 0.0.0.0 or an address of this machine.',
};

/** What the system's refusal to listen means, in a sentence with a cure. */
export function listenError(listener: string, { host, port }: { host: string; port: number }, error: unknown): ListenError {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return new ListenError(`The ${listener} cannot listen on ${host}:${port}. ${CURES[code] ?? `The system says: ${messageOf(error)}.`}`, { cause: error });
}

/** A key or certificate that cannot be used. */
export function tlsError(listener: string, error: unknown): ListenError {
  return new ListenError(`The ${listener} cannot use its key or certificate: ${messageOf(error)}. Give both in PEM, the certificate of this key, and the passphrase if it has one.`, { cause: error });
}
