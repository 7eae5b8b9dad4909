import type { Inbox } from '../../core/inbox/inbox.ts';
import type { InboxEntry } from '../../core/inbox/channel.ts';
import type { Outcome } from '../../core/inbox/outcomes.ts';
import type { QuarantineCause } from '../../core/quarantine/cause.ts';
import type { Sample } from '../../core/sample/sample.ts';
import type { SampleOrigin } from '../../core/settle/settle-tracker.ts';

/** A delivery and the samples that were made of it. */
export interface Delivered {
  entry: InboxEntry;
  samples: readonly Sample[];
}

/** Where a sample of a message came from. */
interface Place {
  entry: InboxEntry;
  /** Which sample of the payload it is, from 0. */
  index: number;
  /** Whose it is; a flow may call it otherwise. */
  device: string;
}

/** What the samples of one message were made of, and which of them the flow turned away: so their records are found, and counted as what they became. */
export class DeliveredSamples implements SampleOrigin {
  readonly #inbox: Inbox;
  readonly #channel: string;
  readonly #delivered: readonly Delivered[];
  /** By id; made when it is first asked for, which it seldom is. */
  #places: Map<string, Place[]> | undefined;
  #quarantined: Set<InboxEntry> | undefined;
  /** The ids of what was refused, and of these, what a node stored all the same. */
  #refused: Set<string> | undefined;
  #storedOfRefused: Set<string> | undefined;

  constructor(inbox: Inbox, channel: string, delivered: readonly Delivered[]) {
    this.#inbox = inbox;
    this.#channel = channel;
    this.#delivered = delivered;
  }

  quarantine({ id }: Sample, cause: QuarantineCause): Promise<void> | undefined {
    const places = this.#placesOf(id);
    return places && Promise.all(places.map((place) => this.#quarantine(place, cause))).then(() => undefined);
  }

  refuse(id: string): boolean {
    if (!this.#placesOf(id)) return false;
    (this.#refused ??= new Set()).add(id);
    return true;
  }

  get name(): string {
    return `${this.#channel}:${this.#delivered[0]?.entry.position}`;
  }

  stored(samples: () => readonly Sample[]): void {
    if (!this.#refused) return;
    for (const { id } of samples()) if (this.#refused.has(id)) (this.#storedOfRefused ??= new Set()).add(id);
  }

  /** What a delivery has become that the flow is done with; `stored`: a node put the message where it stays. */
  outcomeOf({ entry, samples }: Delivered, stored: boolean): Outcome {
    if (this.#quarantined?.has(entry)) return 'quarantined';
    const refused = this.#refused;
    if (!refused) return stored ? 'stored' : 'handled';
    const gone = samples.filter(({ id }) => refused.has(id) && !this.#storedOfRefused?.has(id)).length;
    if (stored && gone < samples.length) return 'stored';
    return gone > 0 ? 'refused' : 'handled';
  }

  #quarantine({ entry, index, device }: Place, cause: QuarantineCause): Promise<void> {
    const { position, record } = entry;
    return new Promise((resolve, reject) => {
      this.#inbox.quarantineSample({ position, record, channel: this.#channel, sample: index, device, ...cause }, (error) => {
        if (error) return reject(error);
        (this.#quarantined ??= new Set()).add(entry);
        resolve();
      });
    });
  }

  #placesOf(id: string): readonly Place[] | undefined {
    this.#places ??= placesOf(this.#delivered);
    return this.#places.get(id);
  }
}

function placesOf(delivered: readonly Delivered[]): Map<string, Place[]> {
  const places = new Map<string, Place[]>();
  for (const { entry, samples } of delivered) {
    samples.forEach(({ id, device }, index) => {
      // What was driven in again as one sample of its message is that sample.
      // A batch shares its samples with the flow, which may have changed them; only a Sparkplug message is of several devices.
      const place = { entry, device: entry.record.format === 'sparkplug-b' ? device : entry.record.device, index: entry.record.released?.sample ?? index };
      const others = places.get(id);
      if (others) others.push(place);
      else places.set(id, [place]);
    });
  }
  return places;
}
