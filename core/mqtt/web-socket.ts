import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ListenError } from '../errors/listen-error.ts';
import type { Endpoint, EndpointContext } from './endpoint.ts';

/** What a client may send before it is logged in, headers and frames included; ws keeps up to a whole message of it in memory. */
const BYTES_BEFORE_LOGIN = 64 * 1024;
const SUBPROTOCOLS = ['mqtt', 'mqttv3.1'];

const guarded = new WeakMap<Duplex, () => void>();

/**
 * MQTT over WebSocket (MQTT 3.1.1 section 6) on an HTTP server, whose other requests are answered with 426.
 *
 * @throws ListenError when the optional package `ws` is not installed.
 */
export async function acceptWebSockets(server: Server, endpoint: Endpoint, context: EndpointContext): Promise<Server> {
  const { WebSocketServer, createWebSocketStream } = await loadWs();
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: context.maximumMessageSize,
    handleProtocols: (offered) => SUBPROTOCOLS.find((name) => offered.has(name)) ?? false,
  });
  server.on('request', (_request, response) => {
    response.writeHead(426, { Connection: 'close', Upgrade: 'websocket', 'Content-Type': 'text/plain' });
    response.end('This is an MQTT endpoint. Connect with MQTT over WebSocket.\n');
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const status = refusalOf(request, endpoint);
    if (status !== undefined) return void socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const stream = createWebSocketStream(webSocket);
      guarded.set(stream, limitBytes(socket));
      context.ready(stream, socket);
    });
  });
  return server;
}

/** Lifts the limit of bytes for a WebSocket whose client has logged in. */
export function webSocketLoggedIn(stream: Duplex): void {
  guarded.get(stream)?.();
}

function refusalOf({ url = '', headers }: IncomingMessage, { path = '/mqtt', origins }: Endpoint): number | undefined {
  if (url.split('?', 1)[0] !== path) return 404;
  const { origin } = headers;
  if (origins && origin !== undefined && !origins.includes(origin)) return 403;
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return SUBPROTOCOLS.some((name) => offered.includes(name)) ? undefined : 400;
}

/** Beside the listener of ws, which reads the socket by then. */
function limitBytes(socket: Socket): () => void {
  let bytes = 0;
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > BYTES_BEFORE_LOGIN) socket.destroy();
  };
  socket.on('data', count);
  return () => void socket.off('data', count);
}

async function loadWs(): Promise<typeof import('ws')> {
  try {
    return await import('ws');
  } catch (error) {
    throw new ListenError('MQTT over WebSocket needs the package "ws", which is not installed. Run "npm install ws" in the directory of Node-RED, or take the WebSocket endpoint out.', { cause: error });
  }
}
