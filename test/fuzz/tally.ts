import { keyOf } from './kept.ts';
import type { Input } from './inputs.ts';
import { ENDINGS } from './outcome.ts';
import type { Ending, Outcome } from './outcome.ts';
import { PROTOCOLS } from './options.ts';
import type { Protocol } from './options.ts';

type Endings = Record<Ending, number>;

/** What became of the inputs, as their senders saw it. */
export class Tally {
  readonly byProtocol = Object.fromEntries(PROTOCOLS.map((protocol) => [protocol, none()])) as Record<Protocol, Endings>;
  /** Acknowledgements, by the protocol that carried them. */
  readonly acknowledgements = { mqtt: 0, http: 0, coap: 0 };
  /** How often each message that can be found again was acknowledged, with the number of one input that held it. */
  readonly tracked = new Map<number, { times: number; index: number }>();
  readonly probes = new Set<number>();

  add({ index, protocol, kind, isProbe }: Input, { ending, acknowledged, unknown }: Outcome): void {
    this.byProtocol[protocol][ending] += 1;
    this.acknowledgements[kind] += acknowledged.length + unknown;
    for (const { device, body } of acknowledged) {
      const key = keyOf(device, body);
      const known = this.tracked.get(key);
      if (known) known.times += 1;
      else this.tracked.set(key, { times: 1, index });
    }
    if (isProbe && ending === 'acknowledged') this.probes.add(index);
  }

  get total(): Endings {
    const sum = none();
    for (const endings of Object.values(this.byProtocol)) for (const ending of ENDINGS) sum[ending] += endings[ending];
    return sum;
  }
}

function none(): Endings {
  return Object.fromEntries(ENDINGS.map((ending) => [ending, 0])) as Endings;
}
