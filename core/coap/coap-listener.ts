import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { prepareFormats } from '../decode/index.ts';
import { messageOf } from '../errors/holdfast-error.ts';
import { listenError, ListenError } from '../errors/listen-error.ts';
import type { Place } from '../errors/listen-error.ts';
import { CoapServer, type CoapServerOptions } from './coap-server.ts';
import type { Remote } from './endpoints.ts';

/** The port is one of UDP. */
export interface CoapListenerOptions extends CoapServerOptions, Place {}

/** What the system may keep for us while a commit keeps this process busy, in bytes; it takes less where its own limit is lower. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;
/** Answers that the system has not taken yet, in bytes. Beyond that an answer is lost, as a datagram may be, and asked for again. */
const SEND_QUEUE = 1024 * 1024;
const RESOLUTION = 2 ** 32;

/**
 * The CoAP door (RFC 7252, RFC 7959): POST of signed telemetry over UDP, answered with 2.04 when it is on disk. There is no DTLS: readings
 * cross the network readable; see docs/coap.md for what the signature protects.
 */
export class CoapListener {
  readonly #options: CoapListenerOptions;
  readonly #socket: Socket;
  readonly #server: CoapServer;
  #port = 0;
  #closed = false;

  private constructor(options: CoapListenerOptions) {
    this.#options = options;
    this.#socket = createSocket(isIPv6(options.host) ? 'udp6' : 'udp4');
    this.#server = new CoapServer(options, { send: (datagram, remote) => this.#send(datagram, remote), random: () => randomInt(RESOLUTION) / RESOLUTION });
  }

  /**
   * Opens the listener.
   *
   * @throws ListenError when the port is taken or may not be used, or the address is that of a group.
   */
  static async open(options: CoapListenerOptions): Promise<CoapListener> {
    if (isMulticast(options.host)) throw new ListenError(`The CoAP listener cannot listen on ${options.host}: it is the address of a group, and signed requests are for one. Use an address of this machine.`);
    await prepareFormats();
    const listener = new CoapListener(options);
    try {
      await listener.#bind();
    } catch (error) {
      await listener.close();
      throw listenError('CoAP listener', options, error);
    }
    return listener;
  }

  get port(): number {
    return this.#port;
  }

  /** `connected`: endpoints from which something signed came within the last four minutes. */
  get counts(): { connected: number; acknowledged: number; refused: number } {
    return this.#server.counts;
  }

  /** Closes the port. What was not acknowledged by now will be sent again. */
  close(): Promise<void> {
    this.#server.close();
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  #bind(): Promise<void> {
    const { host, port, problem } = this.#options;
    return new Promise((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#socket.bind(port, host, () => {
        this.#socket.off('error', reject);
        this.#socket.on('error', (error) => problem(`The CoAP listener reports: ${messageOf(error)}.`));
        this.#socket.on('message', (datagram, remote) => this.#server.receive(datagram, remote));
        this.#port = this.#socket.address().port;
        widen(this.#socket);
        resolve();
      });
    });
  }

  #send(datagram: Buffer, { address, port }: Remote): void {
    if (this.#closed || this.#socket.getSendQueueSize() > SEND_QUEUE) return;
    // That an answer could not be sent is no more than that it got lost; but without a callback the error would be the socket's.
    this.#socket.send(datagram, port, address, () => undefined);
  }
}

/** Linux gives less than was asked for where it has less; other systems refuse, and then it stays as it is. */
function widen(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER);
  } catch {
    // What does not fit is lost, as a datagram may be, and comes again.
  }
}

/** 224.0.0.0/4 (RFC 5771) or ff00::/8 (RFC 4291). */
function isMulticast(host: string): boolean {
  return isIPv6(host) ? /^ff/i.test(host) : /^2(2[4-9]|3\d)\./.test(host);
}
