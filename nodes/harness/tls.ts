import type { NodeAPI } from 'node-red';
import { ConfigError } from '../../core/errors/holdfast-error.ts';

/** Key and certificate in PEM. */
export interface TlsMaterial {
  key: string | Buffer;
  cert: string | Buffer;
  ca?: string | Buffer;
  passphrase?: string;
}

/** The part of Node-RED's own tls-config node that is used. */
interface TlsConfigNode {
  valid?: boolean;
  addTLSOptions(options: Record<string, unknown>): Record<string, unknown>;
}

/**
 * What the TLS configuration `id` holds for a listener; undefined when none is chosen.
 *
 * @throws ConfigError when it has no key and certificate, or is not usable.
 */
export function tlsMaterial(RED: NodeAPI, id: string): TlsMaterial | undefined {
  const options = tlsOptions(RED, 'tls', id);
  if (!options) return undefined;
  const { key, cert, ca, passphrase } = options;
  if (!isPem(key) || !isPem(cert)) throw new ConfigError('tls', 'The TLS configuration has no private key and certificate. Open it and give both: a listener has to show who it is.');
  return { key, cert, ...(isPem(ca) && { ca }), ...(typeof passphrase === 'string' && passphrase !== '' && { passphrase }) };
}

/**
 * What the TLS configuration `id` says, as Node-RED's own node gives it; undefined when none is chosen.
 *
 * @throws ConfigError about the property `field` when it is not there, or cannot be used.
 */
export function tlsOptions(RED: NodeAPI, field: string, id: string): Record<string, unknown> | undefined {
  if (id === '') return undefined;
  const node = RED.nodes.getNode(id) as unknown as TlsConfigNode | undefined;
  if (!node || typeof node.addTLSOptions !== 'function') throw new ConfigError(field, 'The chosen TLS configuration does not exist. Choose another one, or make a new one.');
  if (node.valid === false) throw new ConfigError(field, 'The TLS configuration cannot be used: a certificate or key is missing. Open it and mend it.');
  return node.addTLSOptions({});
}

function isPem(value: unknown): value is string | Buffer {
  return (typeof value === 'string' && value !== '') || Buffer.isBuffer(value);
}
