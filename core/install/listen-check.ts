import { createServer } from 'node:net';
import { ConfigError, messageOf } from '../errors/holdfast-error.ts';

/** A port that something is about to listen on, and the words to speak of it. */
export interface PortUse {
  readonly port: number;
  /** The environment variable that sets it. */
  readonly variable: string;
  /** Who needs it: "the editor". */
  readonly user: string;
}

const LOOPBACK = '127.0.0.1';

/**
 * Binds the port on 127.0.0.1 and lets go of it again.
 *
 * @throws ConfigError when it is taken or may not be used.
 */
export async function checkPortIsFree({ port, variable, user }: PortUse): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((done, fail) => {
      server.once('error', fail);
      server.listen({ host: LOOPBACK, port, exclusive: true }, done);
    });
    await new Promise<void>((done) => server.close(() => done()));
  } catch (error) {
    throw new ConfigError(variable, sentence(port, variable, user, error), { cause: error });
  }
}

function sentence(port: number, variable: string, user: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    const other = port < 65_535 ? port + 1 : port - 1;
    return `Port ${port} on ${LOOPBACK}, which ${user} needs, is taken by another program. Stop that program, or choose another port, for example ${variable}=${other}.`;
  }
  if (code === 'EACCES') return `Port ${port}, which ${user} needs, may only be used by the system's administrator. Choose a port from 1024 on with ${variable}.`;
  return `Port ${port} on ${LOOPBACK}, which ${user} needs, cannot be used (${messageOf(error)}). Choose another port with ${variable}.`;
}
