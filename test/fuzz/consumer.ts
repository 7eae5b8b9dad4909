import type { Backend } from '../../core/backend/backend.ts';
import { DecodeError } from '../../core/decode/index.ts';
import { messageOf } from '../../core/errors/holdfast-error.ts';
import type { Channel, InboxEntry } from '../../core/inbox/channel.ts';
import { RecordReader } from '../../core/intake/record-reader.ts';
import type { Sample } from '../../core/sample/sample.ts';
import { keyOf } from './kept.ts';
import type { KeptFile } from './kept.ts';
import { PROBE, PROBE_METRIC } from './world.ts';

export interface ConsumerOptions {
  backend: Backend;
  channel: string;
  kept: KeptFile;
  command: (topic: string, payload: Uint8Array) => void;
  /** What should never happen. */
  failure: (sentence: string) => void;
}

/** What the flow `gateway → store` does, without Node-RED: makes samples of what the inbox delivers, stores them and settles them. */
export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #channel: Channel;
  readonly #reader: RecordReader;
  /** How often each probe was delivered and stored, by its number. */
  readonly probes = new Map<number, number>();
  /** Samples that the store did not take, with the first sentences of why. */
  readonly unstorable: string[] = [];

  constructor(options: ConsumerOptions) {
    const { backend, channel, command, failure } = options;
    this.#options = options;
    this.#channel = backend.inbox.channel(channel);
    const problem = (error: unknown): void => failure(`The record reader reports: ${messageOf(error)}`);
    this.#reader = new RecordReader({ registry: backend.registry, profiles: backend.profiles, state: backend.state, clock: backend.clock, channel, command, problem });
    this.#channel.attach({ window: 2_000, deliverAtMost: 500, settleTimeout: 60_000, deliver: (entries) => this.#deliver(entries) });
  }

  #deliver(entries: readonly InboxEntry[]): void {
    const together: Array<{ entry: InboxEntry; samples: Sample[] }> = [];
    for (const entry of entries) {
      const samples = this.#read(entry);
      if (!samples) continue;
      // As the gateway does it: what has failed before goes alone.
      if (entry.failures > 0) this.#store([{ entry, samples }]);
      else together.push({ entry, samples });
    }
    if (together.length > 0) this.#store(together);
  }

  #read(entry: InboxEntry): Sample[] | undefined {
    const { record, position } = entry;
    try {
      const { samples, saved } = this.#reader.read(record, position);
      if (!saved) return samples;
      saved.then(() => this.#store([{ entry, samples }]), (error: unknown) => this.#channel.fail(entry, error));
      return undefined;
    } catch (error) {
      const known = error instanceof DecodeError;
      if (!known) this.#options.failure(`Reading a record of ${record.device} on ${record.topic} threw what is no DecodeError: ${describe(error)}; its payload: ${Buffer.from(record.payload).toString('hex').slice(0, 4_000)}`);
      this.#channel.refuse(entry, known ? error.reason : 'decode', messageOf(error));
      this.#keep(entry);
      return undefined;
    }
  }

  #store(deliveries: ReadonlyArray<{ entry: InboxEntry; samples: readonly Sample[] }>): void {
    const samples = deliveries.flatMap((one) => one.samples);
    const ended = (error?: Error): void => {
      for (const delivery of deliveries) this.#ended(delivery, error);
    };
    try {
      if (samples.length === 0) ended();
      else this.#options.backend.store.write(samples, ended);
    } catch (error) {
      this.#options.failure(`The store threw: ${describe(error)}`);
      ended(error as Error);
    }
  }

  #ended({ entry, samples }: { entry: InboxEntry; samples: readonly Sample[] }, error: Error | undefined): void {
    if (error) {
      if (entry.failures > 0) this.unstorable.push(`${entry.record.device}: ${error.message}; its payload: ${Buffer.from(entry.record.payload).toString('hex').slice(0, 400)}`);
      if (entry.failures >= 2) this.#keep(entry);
      return this.#channel.fail(entry, error);
    }
    this.#channel.settle(entry, samples.length > 0 ? 'stored' : 'handled');
    this.#keep(entry);
    for (const { device, values } of samples) {
      const number = device === PROBE ? values[PROBE_METRIC] : undefined;
      if (typeof number === 'number') this.probes.set(number, (this.probes.get(number) ?? 0) + 1);
    }
  }

  #keep({ record }: InboxEntry): void {
    this.#options.kept.add(keyOf(record.device, record.payload));
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
