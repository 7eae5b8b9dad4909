import { randomBytes } from 'node:crypto';
import type { Node, NodeMessage } from 'node-red';
import type { Backend } from '../../core/backend/backend.ts';
import { DecodeError } from '../../core/decode/index.ts';
import { messageOf } from '../../core/errors/holdfast-error.ts';
import { RecordReader } from '../../core/intake/record-reader.ts';
import type { Channel, ChannelOptions, InboxEntry } from '../../core/inbox/channel.ts';
import type { Outcome } from '../../core/inbox/outcomes.ts';
import { toBatchMessage, toMessage } from '../../core/sample/message.ts';
import type { Sample } from '../../core/sample/sample.ts';
import type { Outcome as Settled, Tracked } from '../../core/settle/settle-tracker.ts';
import { DeliveredSamples } from './delivered-samples.ts';
import type { Delivered } from './delivered-samples.ts';
import type { FlowRuntime } from './flow-runtime.ts';

export interface SampleSourceOptions {
  node: Node;
  backend: Backend;
  runtime: FlowRuntime;
  /** At most this many unsettled deliveries in the flow. */
  window: number;
  form: 'single' | 'batch';
  /** At most this many samples in a batch. */
  batchSize: number;
  /** In seconds; 0: never. */
  settleTimeout: number;
  /** Sends a command to a device by MQTT, where the node can. */
  command?: (topic: string, payload: Uint8Array) => void;
  /** Told of every delivery that was made into samples. */
  delivered?: (entry: InboxEntry, samples: readonly Sample[]) => void;
}

/** Brings what the inbox keeps for a node into the flow, on its first output, and tells the inbox how each of it ended. */
export class SampleSource {
  readonly #options: SampleSourceOptions;
  readonly #channel: Channel;
  readonly #attached: ChannelOptions;
  readonly #prefix = randomBytes(6).toString('hex');
  readonly #tracked = new WeakMap<InboxEntry, Tracked>();
  readonly #saved = new WeakMap<InboxEntry, Promise<void>>();
  readonly #reader: RecordReader;
  #sent = 0;
  #delivered = 0;

  constructor(options: SampleSourceOptions) {
    this.#options = options;
    this.#channel = options.backend.inbox.channel(options.node.id);
    const { backend, node, command } = options;
    const problem = (error: unknown): void => node.error(messageOf(error));
    this.#reader = new RecordReader({ registry: backend.registry, profiles: backend.profiles, state: backend.state, clock: backend.clock, channel: node.id, command, problem });
    this.#attached = {
      window: options.window,
      deliverAtMost: options.form === 'batch' ? options.batchSize : options.window,
      settleTimeout: options.settleTimeout * 1000,
      deliver: (entries) => this.#deliver(entries),
      gaveUp: (entry) => this.#abandon(entry),
    };
    this.#channel.attach(this.#attached);
  }

  /** How many samples have been given to the flow since the node was started, those delivered again included. */
  get delivered(): number {
    return this.#delivered;
  }

  /** How many deliveries went to quarantine since the backend was opened. */
  get quarantined(): number {
    return this.#channel.quarantined;
  }

  close(): void {
    this.#channel.detach(this.#attached);
  }

  #deliver(entries: readonly InboxEntry[]): void {
    let together: Delivered[] = [];
    let batch: Sample[] = [];
    for (const entry of entries) {
      const samples = this.#read(entry);
      if (!samples) continue;
      if (samples.length === 0) {
        this.#settle(entry, 'handled');
        continue;
      }
      if (this.#options.form === 'single') this.#send(samples.map(toMessage), [{ entry, samples }]);
      // What has failed before goes alone, so that one bad sample does not take its whole batch to quarantine.
      else if (entry.failures > 0) this.#send([toBatchMessage([...samples])], [{ entry, samples }]);
      else {
        together.push({ entry, samples });
        batch.push(...samples);
        if (batch.length < this.#options.batchSize) continue;
        this.#send([toBatchMessage(batch)], together);
        together = [];
        batch = [];
      }
    }
    if (together.length > 0) this.#send([toBatchMessage(batch)], together);
  }

  #read(entry: InboxEntry): Sample[] | undefined {
    const { record, position } = entry;
    try {
      const { samples, saved } = this.#reader.read(record, position);
      if (saved) this.#keep(entry, saved);
      this.#delivered += samples.length;
      this.#options.delivered?.(entry, samples);
      return samples;
    } catch (error) {
      this.#channel.refuse(entry, error instanceof DecodeError ? error.reason : 'decode', messageOf(error));
      return undefined;
    }
  }

  #send(messages: readonly object[], delivered: readonly Delivered[]): void {
    const { node, runtime, backend } = this.#options;
    const id = `${this.#prefix}${(this.#sent++).toString(36)}`;
    const origin = new DeliveredSamples(backend.inbox, node.id, delivered);
    const tracked = runtime.tracker.begin(id, (outcome) => this.#ended(delivered, origin, outcome), origin);
    for (const { entry } of delivered) this.#tracked.set(entry, tracked);
    for (const message of messages) {
      const outgoing: NodeMessage = Object.assign(message, { _msgid: id });
      node.send(outgoing);
    }
    runtime.tracker.release(tracked);
  }

  #ended(delivered: readonly Delivered[], origin: DeliveredSamples, outcome: Settled): void {
    for (const one of delivered) {
      if (outcome.kind === 'settled') this.#settle(one.entry, origin.outcomeOf(one, outcome.stored === true));
      else if (outcome.kind === 'interrupted') this.#channel.interrupt(one.entry);
      else this.#channel.fail(one.entry, outcome.error);
    }
  }

  /** Not before what the reader has to remember of the record is on disk. */
  #settle(entry: InboxEntry, outcome: Outcome): void {
    const saved = this.#saved.get(entry);
    if (!saved) return this.#channel.settle(entry, outcome);
    saved.then(() => this.#channel.settle(entry, outcome), (error: unknown) => this.#channel.fail(entry, error));
  }

  #keep(entry: InboxEntry, saved: Promise<void>): void {
    this.#saved.set(entry, saved);
    // Told where the record settles; a rejection that nobody awaits yet would end Node-RED.
    saved.catch(() => undefined);
  }

  #abandon(entry: InboxEntry): void {
    const tracked = this.#tracked.get(entry);
    if (tracked) this.#options.runtime.tracker.abandon(tracked);
  }
}
