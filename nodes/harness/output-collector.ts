import type { NodeMessage, NodeMessageInFlow } from 'node-red';
import type { Sample } from '../../core/sample/sample.ts';
import { writeBack, writeBackBatch } from '../../core/sample/message.ts';

/** A sample, or a message of its own such as an alarm. */
export type Outgoing = Sample | NodeMessage;

const NOTHING: Outgoing[] = [];

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
  /** What is to be sent, and for each the index of its output. */
  readonly #sent: Outgoing[] = [];
  readonly #outputOf: number[] = [];

  constructor(outputs: readonly Output[], message: NodeMessageInFlow) {
    this.#outputs = outputs;
    this.#message = message;
  }

  add(outgoing: { readonly [Name in Output]?: Outgoing }): void {
    for (let index = 0; index < this.#outputs.length; index += 1) {
      const name = this.#outputs[index];
      const one = name === undefined ? undefined : outgoing[name];
      if (one === undefined) continue;
      this.#sent.push(one);
      this.#outputOf.push(index);
    }
  }

  send(send: (messages: Messages) => void): void {
    if (this.#sent.length === 0) return;
    let taken = false;
    const messages: Messages = this.#outputs.map((_, index) => {
      const mine = this.#sent.length === 1 ? (this.#outputOf[0] === index ? this.#sent : NOTHING) : this.#sent.filter((_sent, at) => this.#outputOf[at] === index);
      if (mine.length === 0) return null;
      const samples = mine.filter((one) => this.#isSample(one));
      const outgoing = this.#carriers(samples, taken);
      taken ||= samples.length > 0;
      for (const one of mine) if (!this.#isSample(one)) outgoing.push(Object.assign(one, { _msgid: this.#message._msgid }));
      return outgoing.length === 1 ? (outgoing[0] ?? null) : outgoing;
    });
    send(messages);
  }

  #carriers(samples: Sample[], taken: boolean): NodeMessageInFlow[] {
    if (samples.length === 0) return [];
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
