import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';
import { messageOf } from '../errors/holdfast-error.ts';
import { ListenError } from './listen-error.ts';
import { acceptWebSockets } from './web-socket.ts';

/** Where a listener can be reached. */
export interface Endpoint {
  transport: 'tcp' | 'tls' | 'ws' | 'wss';
  host: string;
  /** 0: any that is free. */
  port: number;
  /** Of a WebSocket; default `/mqtt`. */
  path?: string;
  /** The web pages whose scripts may open a WebSocket, as `https://host:port`; undefined: all. Programs that are no browser name none and may. */
  origins?: readonly string[];
}

/** The certificate that the endpoints with TLS show, in PEM. */
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

export interface EndpointContext {
  tls: Tls | undefined;
  /** Largest WebSocket message, in bytes. */
  maximumMessageSize: number;
  connectTimeout: number;
  /** Told of each new connection before anything is read from it. */
  connected(socket: Socket): void;
  /** Told once MQTT begins on it: on `stream`, which is the socket itself or lies above it. */
  ready(stream: Duplex, socket: Socket): void;
  problem(sentence: string): void;
}

export interface OpenEndpoint {
  readonly port: number;
  close(): Promise<void>;
}

/** @throws ListenError when the port is taken or may not be used, and when TLS or WebSockets cannot be had. */
export async function openEndpoint(endpoint: Endpoint, context: EndpointContext): Promise<OpenEndpoint> {
  const server = await open(endpoint, context).catch((error: unknown) => {
    throw listenError(endpoint, error);
  });
  server.on('error', (error) => context.problem(`The gateway cannot accept connections on ${endpoint.host}:${endpoint.port}: ${error.message}.`));
  return {
    get port() {
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : endpoint.port;
    },
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

async function open(endpoint: Endpoint, context: EndpointContext): Promise<Server> {
  const server = await createEndpoint(endpoint, context);
  server.on('connection', context.connected);
  server.on('tlsClientError', (error: Error, socket: Socket) => context.problem(`The TLS handshake with ${socket.remoteAddress ?? 'an unknown address'} failed: ${error.message}.`));
  await listen(server, endpoint);
  return server;
}

async function createEndpoint(endpoint: Endpoint, context: EndpointContext): Promise<Server> {
  switch (endpoint.transport) {
    case 'tcp':
      return createServer((socket) => context.ready(socket, socket));
    case 'tls':
      return createTlsServer(tlsOptions(endpoint, context), (socket) => context.ready(socket, socket));
    case 'ws':
      return acceptWebSockets(createHttpServer({ headersTimeout: context.connectTimeout, requestTimeout: context.connectTimeout }), endpoint, context);
    case 'wss':
      return acceptWebSockets(createHttpsServer({ ...tlsOptions(endpoint, context), headersTimeout: context.connectTimeout, requestTimeout: context.connectTimeout }), endpoint, context);
  }
}

function tlsOptions({ host, port }: Endpoint, { tls, connectTimeout }: EndpointContext): TlsOptions {
  if (!tls) throw new ListenError(`The gateway cannot use TLS on ${host}:${port}: it has no certificate. Give it a private key and a certificate in PEM.`);
  const { requestCert = false, ...material } = tls;
  if (requestCert && tls.ca === undefined) throw new ListenError('The gateway is to ask for client certificates, but has no certificate authority (CA) to check them with. Give it one, or do not ask for certificates.');
  return { ...material, requestCert, rejectUnauthorized: requestCert, handshakeTimeout: connectTimeout, minVersion: 'TLSv1.2' };
}

function listen(server: Server, { host, port }: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function listenError({ host, port }: Endpoint, error: unknown): ListenError {
  if (error instanceof ListenError) return error;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const cure =
    code === 'EADDRINUSE'
      ? 'The port is taken by another program (a Mosquitto?). Stop that one or choose another port.'
      : code === 'EACCES'
        ? 'Ports below 1024 need special rights. Choose another port.'
        : code === 'EADDRNOTAVAIL'
          ? 'This machine has no such address. Use 127.0.0.1, 0.0.0.0 or an address of this machine.'
          : /^ERR_(OSSL|TLS|MISSING_PASSPHRASE|CRYPTO)/.test(code)
            ? `Its private key or certificate cannot be used (${messageOf(error)}). Both are text in PEM that begins with -----BEGIN, and belong together; an encrypted key needs its passphrase.`
            : `The system says: ${messageOf(error)}.`;
  return new ListenError(`The gateway cannot listen on ${host}:${port}. ${cure}`, { cause: error });
}
