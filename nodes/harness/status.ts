import type { Node, NodeStatus } from 'node-red';
import type { Clock, Timer } from '../../core/clock/clock.ts';

type Counts = Readonly<Record<string, number>>;

const INTERVAL = 1_000;
const TEXT_LENGTH = 60;

/**
 * What stands below a node: grey idle, yellow connecting, green working, blue busy with something that ends, red ring in error. At most one update a
 * second goes to the editor, and the last one always does.
 */
export class Status {
  readonly #node: Pick<Node, 'status'>;
  readonly #clock: Clock;
  #wanted: NodeStatus | Counts | undefined;
  #timer: Timer | undefined;
  #closed = false;

  constructor(node: Pick<Node, 'status'>, clock: Clock) {
    this.#node = node;
    this.#clock = clock;
  }

  idle(text: string): void {
    this.#show({ fill: 'grey', shape: 'dot', text });
  }

  connecting(text: string): void {
    this.#show({ fill: 'yellow', shape: 'ring', text });
  }

  ok(text: string): void {
    this.#show({ fill: 'green', shape: 'dot', text });
  }

  busy(text: string): void {
    this.#show({ fill: 'blue', shape: 'dot', text });
  }

  error(text: string): void {
    this.#show({ fill: 'red', shape: 'ring', text: text.length > TEXT_LENGTH ? `${text.slice(0, TEXT_LENGTH - 1)}…` : text });
  }

  /** Working, with the counts as they are when the status is shown; counts of 0 are left out after the first. */
  counts(counts: Counts): void {
    this.#show(counts);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #show(wanted: NodeStatus | Counts): void {
    if (this.#closed) return;
    this.#wanted = wanted;
    if (this.#timer) return;
    this.#emit();
    this.#timer = this.#clock.setTimeout(() => this.#tick(), INTERVAL);
  }

  #tick(): void {
    this.#timer = undefined;
    if (!this.#wanted) return;
    this.#emit();
    this.#timer = this.#clock.setTimeout(() => this.#tick(), INTERVAL);
  }

  #emit(): void {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    if (wanted) this.#node.status(isCounts(wanted) ? { fill: 'green', shape: 'dot', text: describe(wanted) } : wanted);
  }
}

function isCounts(wanted: NodeStatus | Counts): wanted is Counts {
  return !('fill' in wanted && typeof wanted.fill === 'string');
}

function describe(counts: Counts): string {
  return Object.entries(counts)
    .filter(([, count], index) => index === 0 || count > 0)
    .map(([name, count]) => `${count.toLocaleString('en-US')} ${name}`)
    .join(' · ');
}
