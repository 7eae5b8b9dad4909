import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';
import { listenError, ListenError } from '../errors/listen-error.ts';
import type { Place } from '../errors/listen-error.ts';
import { listen, portOf, tlsOptions } from '../network/tcp.ts';
import type { Tls } from '../network/tcp.ts';
import { acceptWebSockets } from './web-socket.ts';

/** Where a listener can be reached. */
export interface Endpoint extends Place {
  transport: 'tcp' | 'tls' | 'ws' | 'wss';
  /** Of a WebSocket; default `/mqtt`. */
  path?: string;
  /** The web pages whose scripts may open a WebSocket, as `https://host:port`; undefined: all. Programs that are no browser name none and may. */
  origins?: readonly string[];
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

const LISTENER = 'MQTT listener';

/** @throws ListenError when the port is taken or may not be used, and when TLS or WebSockets cannot be had. */
export async function openEndpoint(endpoint: Endpoint, context: EndpointContext): Promise<OpenEndpoint> {
  const server = await open(endpoint, context).catch((error: unknown) => {
    throw listenError(LISTENER, endpoint, error);
  });
  server.on('error', (error) => context.problem(`The ${LISTENER} cannot accept connections on ${endpoint.host}:${endpoint.port}: ${error.message}.`));
  return {
    get port() {
      return portOf(server, endpoint.port);
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
      return createTlsServer(tlsOptionsOf(endpoint, context), (socket) => context.ready(socket, socket));
    case 'ws':
      return acceptWebSockets(createHttpServer({ headersTimeout: context.connectTimeout, requestTimeout: context.connectTimeout }), endpoint, context);
    case 'wss':
      return acceptWebSockets(createHttpsServer({ ...tlsOptionsOf(endpoint, context), headersTimeout: context.connectTimeout, requestTimeout: context.connectTimeout }), endpoint, context);
  }
}

function tlsOptionsOf({ host, port }: Endpoint, { tls, connectTimeout }: EndpointContext): TlsOptions {
  if (!tls) throw new ListenError(`The ${LISTENER} cannot use TLS on ${host}:${port}: it has no certificate. Give it a private key and a certificate in PEM.`);
  return tlsOptions(tls, connectTimeout);
}
