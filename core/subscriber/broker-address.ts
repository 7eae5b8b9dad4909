import { ConfigError } from '../errors/holdfast-error.ts';

/** Where a broker listens. */
export interface BrokerAddress {
  protocol: 'mqtt' | 'mqtts' | 'ws' | 'wss';
  host: string;
  port: number;
  /** Of a WebSocket; empty for the others. */
  path: string;
  /** For status and sentences: `mqtts://broker.example:8883`. */
  text: string;
}

const PORTS = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 } as const;
const ALIASES: Readonly<Record<string, string>> = { tcp: 'mqtt', ssl: 'mqtts', tls: 'mqtts' };

/**
 * Reads a URL such as `mqtts://broker.example:8883`.
 *
 * @throws ConfigError when it is none, of another protocol, or holds a password.
 */
export function readBrokerAddress(text: string): BrokerAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url?.protocol.slice(0, -1) ?? '';
  const protocol = ALIASES[scheme] ?? scheme;
  if (!url || !isProtocol(protocol) || url.hostname === '') {
    throw new ConfigError('url', `The address of the broker is "${text.slice(0, 100)}". Enter one such as mqtt://192.0.2.7:1883, or with mqtts://, ws:// or wss:// in front.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new ConfigError('url', 'The address of the broker holds a user name or a password, and would be saved with the flow for all to read. Enter them in the fields for them.');
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? PORTS[protocol] : Number(url.port);
  const path = protocol.startsWith('ws') ? `${url.pathname}${url.search}` : '';
  return { protocol, host, port, path, text: `${protocol}://${url.hostname}:${port}${path === '/' ? '' : path}` };
}

function isProtocol(protocol: string): protocol is BrokerAddress['protocol'] {
  return Object.hasOwn(PORTS, protocol);
}
