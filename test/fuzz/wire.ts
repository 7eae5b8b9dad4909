import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import type { Random } from './random.ts';

export type Waited = 'met' | 'closed' | 'timeout';

export interface WireOptions {
  port: number;
  secure: boolean;
  /** Where the connection comes from. */
  address: string | undefined;
}

/** A connection on which bytes are sent as they are. What comes back goes to `received`; that it was cut is no error. */
export class Wire {
  received: (chunk: Buffer) => void = () => undefined;
  readonly #socket: Socket;
  readonly #watching = new Set<() => void>();
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#closed = true;
      this.#look();
    });
    socket.on('data', (chunk) => {
      this.received(chunk);
      this.#look();
    });
  }

  /** Resolves when the connection is there, or has been turned away: then it is closed. */
  static async open({ port, secure, address }: WireOptions): Promise<Wire> {
    const where = { host: '127.0.0.1', port, ...(address !== undefined && { localAddress: address }) };
    const socket = secure ? connectTls({ ...where, rejectUnauthorized: false }) : connect({ ...where, noDelay: true });
    const wire = new Wire(socket);
    let open = false;
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      open = true;
      wire.#look();
    });
    await wire.until(() => open, 10_000);
    return wire;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** In pieces that end at `cuts`, a turn of the event loop apart. */
  async send(bytes: Buffer, cuts: readonly number[] = []): Promise<void> {
    let from = 0;
    for (const cut of cuts) {
      if (cut > from && !this.#closed) this.#socket.write(bytes.subarray(from, cut));
      from = Math.max(from, cut);
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (!this.#closed && from < bytes.length) this.#socket.write(bytes.subarray(from));
  }

  /** Says that nothing more will come. */
  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Breaks the connection off without a goodbye: with a TCP reset, where there is no TLS in between. */
  reset(): void {
    if (this.#socket instanceof TLSSocket) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  /** Waits until the condition holds, which is looked at whenever something has come; a connection that ends makes an end of it. */
  until(condition: () => boolean, milliseconds: number): Promise<Waited> {
    return new Promise((resolve) => {
      const end = (how: Waited): void => {
        clearTimeout(timer);
        this.#watching.delete(look);
        resolve(how);
      };
      const look = (): void => {
        if (condition()) end('met');
        else if (this.#closed) end('closed');
      };
      const timer = setTimeout(() => end('timeout'), milliseconds);
      this.#watching.add(look);
      look();
    });
  }

  #look(): void {
    for (const look of this.#watching) look();
  }
}

/** An address of this machine of many: logins that fail are counted by address, and each has 28,000 ports of its own. */
export function someAddress(random: Random): string | undefined {
  return process.platform === 'linux' ? `127.${random.between(1, 250)}.${random.between(0, 250)}.${random.between(1, 250)}` : undefined;
}
