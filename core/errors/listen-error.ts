import { HoldfastError, messageOf } from './holdfast-error.ts';

/** A listener could not be opened. Code `HOLDFAST_LISTEN`. */
export class ListenError extends HoldfastError {
  constructor(message: string, options?: ErrorOptions) {
    super('HOLDFAST_LISTEN', message, options);
  }
}

/** Where a port is, of TCP or UDP. */
export interface Place {
  host: string;
  /** 0: one that is free. */
  port: number;
}

const MQTT_PORT = 1883;
const TLS_ERROR = /^ERR_(OSSL|TLS|MISSING_PASSPHRASE|CRYPTO)/;

/** What keeps a listener from opening, in a sentence with a cure. A ListenError stays as it is. */
export function listenError(listener: string, { host, port }: Place, error: unknown): ListenError {
  if (error instanceof ListenError) return error;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return new ListenError(`The ${listener} cannot listen on ${host}:${port}. ${cureOf(code, port, messageOf(error))}`, { cause: error });
}

function cureOf(code: string, port: number, message: string): string {
  if (TLS_ERROR.test(code)) return `Its private key or certificate cannot be used (${message}). Both are text in PEM that begins with -----BEGIN, and belong together; an encrypted key needs its passphrase.`;
  switch (code) {
    case 'EADDRINUSE':
      return `The port is taken by another program${port === MQTT_PORT ? ' (a Mosquitto?)' : ''}. Stop that one or choose another port.`;
    case 'EACCES':
      return 'Ports below 1024 need special rights. Choose another port.';
    case 'EADDRNOTAVAIL':
      return 'This machine has no such address. Use 127.0.0.1, 0.0.0.0 or an address of this machine.';
    default:
      return `The system says: ${message}.`;
  }
}
