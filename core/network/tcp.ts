import type { Server } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { ListenError } from '../errors/listen-error.ts';
import type { Place } from '../errors/listen-error.ts';

/** The certificate that a listener shows, in PEM. */
export interface Tls {
  key: string | Buffer;
  cert: string | Buffer;
  /** Of an encrypted key. */
  passphrase?: string;
  /** Whose client certificates are believed. */
  ca?: string | Buffer;
  /** Whether a client without such a certificate is turned away. It logs in all the same. */
  requestCert?: boolean;
}

/**
 * What Node needs of it. `handshakeTimeout`: in milliseconds.
 *
 * @throws ListenError when client certificates are asked for and cannot be checked.
 */
export function tlsOptions({ requestCert = false, ...material }: Tls, handshakeTimeout: number): TlsOptions {
  if (requestCert && material.ca === undefined) throw new ListenError('The gateway is to ask for client certificates, but has no certificate authority (CA) to check them with. Give it one, or do not ask for certificates.');
  return { ...material, requestCert, rejectUnauthorized: requestCert, handshakeTimeout, minVersion: 'TLSv1.2' };
}

/** Resolves when the server listens; rejects with the system's error. */
export function listen(server: Server, { host, port }: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** The port on which a server listens, also where it was to be any that is free. */
export function portOf(server: Server, asked: number): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : asked;
}
