import type { IClientOptions } from 'mqtt';
import type { BrokerAddress } from './broker-address.ts';

/** TLS as `tls.connect` takes it: certificates and key as PEM, or both as PKCS #12; whether the broker's certificate is checked. */
export interface TlsOptions {
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  pfx?: string | Buffer;
  passphrase?: string;
  servername?: string;
  ALPNProtocols?: string[];
  rejectUnauthorized?: boolean;
}

/** Where a broker is, and as whom a client logs in there. */
export interface BrokerLogin {
  address: BrokerAddress;
  tls: TlsOptions;
  clientId: string;
  username: string;
  password: string;
  protocolVersion: 4 | 5;
}

const CONNECT_TIMEOUT = 15_000;

/** What every connection to a broker has in common, as MQTT.js takes it. Each is a client of its own: MQTT.js does not connect again by itself. */
export function loginOptions({ address, tls, clientId, username, password, protocolVersion }: BrokerLogin): IClientOptions {
  const { protocol, host, port, path } = address;
  return {
    ...(protocol === 'mqtts' || protocol === 'wss' ? tls : {}),
    protocol, host, port, clientId, protocolVersion,
    ...(path === '' ? {} : { path }),
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
    connectTimeout: CONNECT_TIMEOUT,
    reconnectPeriod: 0,
  };
}
