import { CoapServer, type CoapServerOptions } from '../../../core/coap/coap-server.ts';
import type { Remote } from '../../../core/coap/endpoints.ts';
import type { MessageLayerLimits } from '../../../core/coap/message-layer.ts';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import type { Answer, Delivery, Intake } from '../../../core/intake/delivery.ts';
import type { Refusal } from '../../../core/intake/refusal.ts';
import type { Principal, PrincipalKind } from '../../../core/registry/principal.ts';
import { signingKeyOf } from '../../../core/registry/secret.ts';

/** An intake that answers when it is told to. */
export class HeldIntake implements Intake {
  readonly deliveries: Delivery[] = [];
  readonly refusals: string[] = [];
  readonly waiting: Answer[] = [];
  hold = false;
  refusal: Refusal | undefined;

  offer(delivery: Delivery, answer: Answer): void {
    this.deliveries.push(delivery);
    if (this.hold) this.waiting.push(answer);
    else answer(this.refusal);
  }

  refused(via: string, device: string, reason: string): void {
    this.refusals.push(`${via} ${device} ${reason}`);
  }

  answer(refusal?: Refusal): void {
    for (const answer of this.waiting.splice(0)) answer(refusal);
  }

  get texts(): string[] {
    return this.deliveries.map(({ device, payload }) => `${device}: ${Buffer.from(payload).toString()}`);
  }
}

/** A registry in memory. The secret of each is `secret of <id>`. */
export class Book {
  readonly #known = new Map<string, Principal>();

  issue(id: string, kind: PrincipalKind = 'device', children: string[] = []): void {
    this.#known.set(id, { id, kind, profile: '', children });
  }
  find(id: string): Principal | undefined {
    return this.#known.get(id);
  }
  signingKey(id: string): Uint8Array | undefined {
    return this.#known.has(id) ? signingKeyOf(`secret of ${id}`) : undefined;
  }
  isChild(gateway: string, device: string): boolean {
    return this.#known.get(gateway)?.children.includes(device) ?? false;
  }
}

export const NOW = 1_764_000_000_000;
export const HERE: Remote = { address: '192.0.2.1', port: 40_000 };

/** A server without a socket, whose clock stands still until it is told to move. */
export class Harbour {
  readonly clock = new ManualClock(NOW);
  readonly intake = new HeldIntake();
  readonly book = new Book();
  readonly problems: string[] = [];
  readonly sent: { datagram: Buffer; remote: Remote }[] = [];
  readonly server: CoapServer;

  constructor(options: Partial<CoapServerOptions> = {}, limits: Partial<MessageLayerLimits> = {}) {
    const { intake, book: registry, clock, problems } = this;
    for (const id of ['p1', 'p2']) registry.issue(id);
    registry.issue('gate', 'gateway', ['c1']);
    registry.issue('app', 'application');
    this.server = new CoapServer(
      { intake, registry, clock, maximumBodySize: 20_000, problem: (sentence) => void problems.push(sentence), ...options },
      { send: (datagram, remote) => void this.sent.push({ datagram, remote }), random: () => 0.5, limits },
    );
  }

  /** Hands a datagram in, and takes out what is sent at once. */
  tell(datagram: Buffer, remote = HERE): Buffer[] {
    this.sent.length = 0;
    this.server.receive(datagram, remote);
    return this.taken();
  }

  /** Lets time pass, and takes out what is sent meanwhile. */
  wait(milliseconds: number): Buffer[] {
    this.sent.length = 0;
    this.clock.advance(milliseconds);
    return this.taken();
  }

  taken(): Buffer[] {
    return this.sent.splice(0).map(({ datagram }) => datagram);
  }

  /** What p1 needs to sign, with a payload that can be read. */
  get p1(): { id: string; secret: string; time: number; payload: string } {
    return { id: 'p1', secret: 'secret of p1', time: Math.floor(this.clock.now() / 1_000), payload: '{"t":1}' };
  }
}
