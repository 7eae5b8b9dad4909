import type { Clock } from '../clock/clock.ts';
import { messageOf } from '../errors/holdfast-error.ts';
import type { Intake } from '../intake/delivery.ts';
import type { Profile } from '../profile/profile.ts';
import type { Registry } from '../registry/registry.ts';
import type { Remote } from './endpoints.ts';
import { MessageLayer, type MessageLayerLimits } from './message-layer.ts';
import { SignatureCheck } from './signature-check.ts';
import { TelemetryResource } from './telemetry-resource.ts';

export interface CoapServerOptions {
  intake: Intake;
  registry: Pick<Registry, 'signingKey' | 'find' | 'isChild'>;
  clock: Clock;
  /** Largest body that is taken, in one datagram or in blocks, in bytes. */
  maximumBodySize: number;
  /** What a device's kind says of the format of its payloads, where the request does not. */
  profileOf?: (device: string) => Profile | undefined;
  /** What was turned away or went wrong: a sentence each. */
  problem: (sentence: string) => void;
}

/** The datagrams' way out, and chance. */
export interface CoapServerTransport {
  send: (datagram: Buffer, remote: Remote) => void;
  /** Uniform in [0, 1). */
  random: () => number;
  limits?: Partial<MessageLayerLimits>;
}

/** Everything that a listener does with datagrams, apart from receiving and sending them. */
export class CoapServer {
  readonly #layer: MessageLayer;
  readonly #resource: TelemetryResource;
  readonly #problem: (sentence: string) => void;
  #malformed = 0;

  constructor({ intake, registry, clock, maximumBodySize, profileOf = () => undefined, problem }: CoapServerOptions, { send, random, limits = {} }: CoapServerTransport) {
    const signatures = new SignatureCheck(registry, clock, problem);
    this.#problem = problem;
    this.#resource = new TelemetryResource({ clock, intake, registry, signatures, maximumBodySize, profileOf, problem });
    this.#layer = new MessageLayer({
      clock, random, send, limits,
      request: (message, exchange) => this.#resource.handle(message, exchange),
      malformed: () => void (this.#malformed += 1),
    });
  }

  /** Endpoints that have authenticated within the last four minutes, messages that were stored, requests and datagrams that were not taken. */
  get counts(): { connected: number; acknowledged: number; refused: number } {
    return { connected: this.#layer.endpoints, acknowledged: this.#resource.acknowledged, refused: this.#resource.refused + this.#malformed };
  }

  /** How much is remembered, all of which is bounded. */
  get remembered(): { pending: number; answered: number; confirmables: number; nonces: number; bodyBytes: number } {
    return { ...this.#layer.remembered, ...this.#resource.remembered };
  }

  receive(datagram: Buffer, remote: Remote): void {
    try {
      this.#layer.receive(datagram, remote);
    } catch (error) {
      this.#problem(`A CoAP request from ${remote.address} could not be handled: ${messageOf(error)}.`);
    }
  }

  /** Nothing is answered from now on. What was not acknowledged will be sent again. */
  close(): void {
    this.#layer.close();
  }
}
