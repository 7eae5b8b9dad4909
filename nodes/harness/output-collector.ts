import type { NodeMessage, NodeMessageInFlow } from 'node-red';
import type { Sample } from '../../core/sample/sample.ts';
import { writeBack, writeBackBatch } from '../../core/sample/message.ts';

/** A sample, or a message of its own such as an alarm. */
export type Outgoing = Sample | NodeMessage;

type Messages = Array<NodeMessageInFlow | NodeMessageInFlow[] | null>;

/**
 * Gathers what a node sends while it handles one message. Samples leave in the form in which they came: a single one on the
 * very message, those of a batch as one batch an output. Other messages keep the id of the message that caused them, so that
 * they can be followed as part of it.
 */
export class OutputCollector<Output extends string> {
  /** How the message brought its samples; undefined while it is not read as samples, and then nothing sent is one. */
  form: 'single' | 'batch' | undefined;
  readonly #outputs: readonly Output[];
  readonly #message: NodeMessageInFlow;
  /** By output; made when something is sent there. */
  readonly #samples: Array<Sample[] | undefined> = [];
  readonly #messages: Array<NodeMessage[] | undefined> = [];

  constructor(outputs: readonly Output[], message: NodeMessageInFlow) {
    this.#outputs = outputs;
    this.#message = message;
  }

  add(outgoing: { readonly [Name in Output]?: Outgoing }): void {
    for (const name in outgoing) {
      const one = outgoing[name];
      const index = this.#outputs.indexOf(name);
      if (one === undefined || index < 0) continue;
      if (this.#isSample(one)) (this.#samples[index] ??= []).push(one);
      else (this.#messages[index] ??= []).push(one);
    }
  }

  send(send: (messages: Messages) => void): void {
    let taken = false;
    let any = false;
    const messages: Messages = [];
    for (let index = 0; index < this.#outputs.length; index += 1) {
      const samples = this.#samples[index];
      const others = this.#messages[index];
      const outgoing = samples ? this.#carriers(samples, taken) : [];
      taken ||= samples !== undefined;
      if (others) for (const message of others) outgoing.push(Object.assign(message, { _msgid: this.#message._msgid }));
      any ||= outgoing.length > 0;
      messages.push(outgoing.length > 1 ? outgoing : (outgoing[0] ?? null));
    }
    if (any) send(messages);
  }

  #carriers(samples: Sample[], taken: boolean): NodeMessageInFlow[] {
    if (this.form === 'batch') {
      const carrier = this.#carrier(taken);
      writeBackBatch(carrier, samples);
      return [carrier];
    }
    return samples.map((sample, index) => {
      const carrier = this.#carrier(taken || index > 0);
      writeBack(carrier, sample);
      return carrier;
    });
  }

  /** The message itself for the first to leave; the others get one of their own with the same properties. */
  #carrier(taken: boolean): NodeMessageInFlow {
    if (!taken) return this.#message;
    const { iot } = this.#message;
    return { ...this.#message, iot: typeof iot === 'object' && iot !== null ? { ...iot } : iot };
  }

  #isSample(outgoing: Outgoing): outgoing is Sample {
    return this.form !== undefined && 'values' in outgoing && 'device' in outgoing;
  }
}
