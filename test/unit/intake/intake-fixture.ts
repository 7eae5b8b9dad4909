import type { Delivery } from '../../../core/intake/delivery.ts';
import { InboxIntake } from '../../../core/intake/inbox-intake.ts';
import { Reception } from '../../../core/intake/reception.ts';
import type { InboxBounds } from '../../../core/intake/reception.ts';
import type { Refusal } from '../../../core/intake/refusal.ts';
import { NO_LIMITS } from '../../../core/overload/limits.ts';
import type { Limits } from '../../../core/overload/limits.ts';
import type { Profile } from '../../../core/profile/profile.ts';
import { Profiles } from '../../../core/profile/profiles.ts';
import { Consumer, InboxFixture } from '../inbox/fixture.ts';

export const KEPT = 'kept';

/** What an offered delivery came to: `kept`, the reason of its refusal, or undefined while it is open. */
export interface Offered {
  outcome?: string;
  refusal?: Refusal;
}

/** A door before a real inbox on a clock that is turned by hand. */
export class IntakeFixture {
  readonly files = new InboxFixture();
  readonly saved = new Map<string, unknown>();
  saves = 0;
  utilization = 0;
  limits: Limits = NO_LIMITS;
  profiles: Profile[] = [];
  bounds: Partial<InboxBounds> = {};
  #reception!: Reception;
  #intake!: InboxIntake;

  constructor(options: { limits?: Partial<Limits>; profiles?: Profile[]; bounds?: Partial<InboxBounds> } = {}) {
    this.limits = { ...NO_LIMITS, ...options.limits };
    this.profiles = options.profiles ?? [];
    this.bounds = options.bounds ?? {};
    this.#open();
  }

  get intake(): InboxIntake {
    return this.#intake;
  }

  get reception(): Reception {
    return this.#reception;
  }

  get clock(): InboxFixture['clock'] {
    return this.files.clock;
  }

  offer(text: string, options: Partial<Delivery> = {}, door = this.#intake): Offered {
    const offered: Offered = {};
    const device = options.device ?? 'press-1';
    door.offer(
      { via: 'mqtt', device, principal: device, topic: `devices/${device}/telemetry`, payload: Buffer.from(text), format: 'auto', patience: 0, ...options },
      (refusal) => {
        if (offered.outcome !== undefined) throw new Error('it was answered twice');
        offered.outcome = refusal?.reason ?? KEPT;
        if (refusal) offered.refusal = refusal;
      },
    );
    return offered;
  }

  /** Offers and lets the commit come. */
  send(text: string, options: Partial<Delivery> = {}): Offered {
    const offered = this.offer(text, options);
    this.clock.advance(4);
    return offered;
  }

  /** Everything that has been kept and not settled, as text, in order. */
  async kept(): Promise<string[]> {
    const consumer = await this.files.attach(new Consumer({ window: 1_000_000, deliverAtMost: 1_000_000 }));
    return consumer.delivered;
  }

  crash(): void {
    this.files.crash();
    this.#open();
  }

  dispose(): void {
    this.files.dispose();
  }

  #open(): void {
    const profiles = new Profiles();
    profiles.set(this.profiles);
    const registry = { find: (id: string) => ({ id, kind: 'device', profile: id.split('-', 1)[0] ?? '', children: [] }) as const };
    const state = {
      load: (node: string) => this.saved.get(node),
      save: async (node: string, snapshots: Iterable<readonly [string, unknown]>) => {
        this.saves += 1;
        for (const [, snapshot] of snapshots) this.saved.set(node, snapshot);
      },
    };
    this.#reception = new Reception({ inbox: this.files.inbox, registry, profiles, clock: this.clock, utilization: () => this.utilization, state, problem: (error) => this.files.problems.push(error) });
    this.#reception.bounds = { ...this.#reception.bounds, ...this.bounds };
    this.#intake = this.door();
  }

  /** A door of its own for another node. */
  door(): InboxIntake {
    return new InboxIntake({ reception: this.#reception, channel: 'gateway', limits: this.limits });
  }
}
