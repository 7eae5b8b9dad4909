import type { NodeAPI } from 'node-red';
import { ConfigError } from '../../core/errors/holdfast-error.ts';
import type { TlsOptions } from '../../core/subscriber/client-options.ts';

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

/**
 * What the TLS configuration `id` holds for a connection to somebody else, for which none is needed; empty when none is chosen.
 *
 * @param protocol of the address.
 * @throws ConfigError when the configuration is not there or not complete, or the address is for a connection without TLS.
 */
export function tlsOfClient(RED: NodeAPI, id: string, protocol: 'mqtt' | 'mqtts' | 'ws' | 'wss' | 'http' | 'https'): TlsOptions {
  if (id === '') return {};
  if (!protocol.endsWith('s') || protocol === 'ws') throw new ConfigError('tls', `A TLS configuration is chosen, but ${protocol}:// is not encrypted. Begin the address with ${protocol}s://, or choose no TLS configuration.`);
  const chosen = RED.nodes.getNode(id) as unknown as Partial<TlsConfigNode> | null | undefined;
  if (!chosen?.addTLSOptions) throw new ConfigError('tls', 'The TLS configuration of this node is not there. Open the node and choose one.');
  if (chosen.valid === false) throw new ConfigError('tls', 'The TLS configuration of this node cannot be used: a certificate or key is missing. Open it and mend it.');
  return chosen.addTLSOptions({});
}

function isPem(value: unknown): value is string | Buffer {
  return (typeof value === 'string' && value !== '') || Buffer.isBuffer(value);
}
