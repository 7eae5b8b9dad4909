import type { Backend } from '../../core/backend/backend.ts';
import { quarantineFlowSample } from '../../core/intake/flow-sample-quarantine.ts';
import type { QuarantineCause } from '../../core/quarantine/cause.ts';
import type { Sample } from '../../core/sample/sample.ts';
import type { Message, SettleTracker } from '../../core/settle/settle-tracker.ts';

/** How a node turns samples of the message away that it is handling. */
export interface TurnAway {
  /**
   * Puts a sample into quarantine, with the bytes that it came in; resolves when it is on disk, and rejects when it cannot be. Await it before the node
   * is done. A redelivery adds nothing. The message counts as quarantined.
   */
  quarantine(sample: Sample, cause: QuarantineCause): Promise<void>;
  /** Says that a contract refuses a sample: the message counts as refused when no node stores it. */
  refuse(sample: Sample): void;
}

/** Turns samples of one message away. */
export class TurningAway implements TurnAway {
  readonly #tracker: SettleTracker;
  readonly #message: Message;
  readonly #backend: () => Backend;

  /** @param backend where samples go that no source brought. */
  constructor(tracker: SettleTracker, message: Message, backend: () => Backend) {
    this.#tracker = tracker;
    this.#message = message;
    this.#backend = backend;
  }

  async quarantine(sample: Sample, cause: QuarantineCause): Promise<void> {
    const origin = this.#tracker.originOf(this.#message);
    await (origin?.quarantine(sample, cause) ?? quarantineFlowSample(this.#backend(), sample, cause, origin?.name));
  }

  refuse(sample: Sample): void {
    this.#tracker.originOf(this.#message)?.refuse(sample.id);
  }
}
