import { randomInt } from 'node:crypto';
import type { Node, NodeAPI } from 'node-red';
import type { StoreChoice } from '../../core/backend/store-choice.ts';
import type { PostgresTls } from '../../core/store/postgres/connection.ts';
import { tlsOptions } from '../harness/tls.ts';

/** What a backend's dialog says of where readings are kept. */
export interface StoreSettings {
  storage: 'embedded' | 'postgresql';
  postgresHost: string;
  postgresPort: number;
  postgresDatabase: string;
  postgresSchema: string;
  postgresTls: string;
  postgresPoolSize: number;
  postgresTimeout: number;
}

const SECOND = 1_000;
const CHANCES = 2 ** 32;

/** @throws ConfigError when the TLS configuration cannot be used. */
export function storeChoice(RED: NodeAPI, node: Node, settings: StoreSettings): StoreChoice {
  if (settings.storage === 'embedded') return { kind: 'embedded' };
  const tls = postgresTls(RED, settings.postgresTls);
  return {
    kind: 'postgresql',
    random: () => randomInt(CHANCES) / CHANCES,
    connection: {
      host: settings.postgresHost,
      port: settings.postgresPort,
      database: settings.postgresDatabase,
      schema: settings.postgresSchema,
      user: credential(node, 'postgresUser'),
      password: credential(node, 'postgresPassword'),
      poolSize: settings.postgresPoolSize,
      timeout: settings.postgresTimeout * SECOND,
      ...(tls && { tls }),
    },
  };
}

/** Only what a connection to PostgreSQL takes: a TLS configuration may say more, for other protocols. */
function postgresTls(RED: NodeAPI, id: string): PostgresTls | undefined {
  const options = tlsOptions(RED, 'postgresTls', id);
  if (!options) return undefined;
  const { ca, cert, key, passphrase, servername, rejectUnauthorized } = options;
  return {
    rejectUnauthorized: rejectUnauthorized !== false,
    ...(isGiven(ca) && { ca }), ...(isGiven(cert) && { cert }), ...(isGiven(key) && { key }),
    ...(typeof passphrase === 'string' && passphrase !== '' && { passphrase }), ...(typeof servername === 'string' && servername !== '' && { servername }),
  };
}

function isGiven(value: unknown): value is string | Buffer {
  return Buffer.isBuffer(value) || (typeof value === 'string' && value !== '');
}

function credential(node: Node, name: string): string {
  const credentials: unknown = node.credentials;
  const value: unknown = typeof credentials === 'object' && credentials !== null && name in credentials ? Object.entries(credentials).find(([key]) => key === name)?.[1] : undefined;
  return typeof value === 'string' ? value : '';
}
