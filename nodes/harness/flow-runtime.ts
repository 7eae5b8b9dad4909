import type { Node, NodeAPI } from 'node-red';
import { Backend } from '../../core/backend/backend.ts';
import type { Problem } from '../../core/backend/backend.ts';
import type { StoreChoice } from '../../core/backend/store-choice.ts';
import { systemClock } from '../../core/clock/clock.ts';
import { SettleTracker } from '../../core/settle/settle-tracker.ts';
import type { Message } from '../../core/settle/settle-tracker.ts';

/** The parts of the runtime's hook events that matter here (nodered.org/docs/api/hooks/messaging). */
interface Delivery {
  msg: Message;
  source?: { node: unknown };
  destination: { id: string; node: RuntimeNode };
}
interface Completion {
  msg: Message;
  node: { id: string; node: RuntimeNode };
  error?: unknown;
}
interface RuntimeNode extends Node {
  /** How many input handlers take a done callback; a node without one is done when its handler returns. */
  _expectedDoneCount?: number;
}
interface Hooks {
  add(name: string, handler: (event: never) => void): void;
}

/**
 * Joins the settle tracker to the running flows: one for each Node-RED in this process. While a deploy is under way, and
 * before the flows have started, no inbox delivers: the runtime drops what is sent to a node that is not there.
 */
export class FlowRuntime {
  readonly tracker = new SettleTracker();
  readonly #red: NodeAPI;
  readonly #watched = new WeakSet<RuntimeNode>();
  #running = false;

  private constructor(red: NodeAPI) {
    this.#red = red;
    this.#addHooks(red.hooks as unknown as Hooks);
    red.events.on('flows:stopping', () => this.#pause());
    red.events.on('flows:started', () => this.#resume());
  }

  static of(red: NodeAPI): FlowRuntime {
    const known = runtimes.get(red.events);
    if (known) return known;
    const runtime = new FlowRuntime(red);
    runtimes.set(red.events, runtime);
    return runtime;
  }

  /** The backend of a directory, which delivers only while the flows run. `storage` matters to whoever opens it. */
  acquire(directory: string, problem: Problem, storage?: StoreChoice): Backend {
    const backend = Backend.acquire(directory, systemClock, problem, storage);
    backend.inbox.pause(!this.#running);
    return backend;
  }

  #addHooks(hooks: Hooks): void {
    const { tracker } = this;
    hooks.add('preDeliver.holdfast', ({ msg, source, destination }: Delivery) => {
      tracker.handed(msg, destination.node, source?.node);
    });
    hooks.add('onReceive.holdfast', ({ msg, destination }: Delivery) => {
      if (tracker.received(msg, destination.node)) this.#watch(destination.node);
    });
    hooks.add('postReceive.holdfast', ({ msg, destination }: Delivery) => {
      tracker.returned(msg, destination.node, destination.node._expectedDoneCount !== 0);
    });
    hooks.add('onComplete.holdfast', ({ msg, node, error }: Completion) => {
      tracker.done(msg, node.node, error);
    });
  }

  /** A handler that throws never says done; the runtime turns the exception into `node.error(error, msg)`, which has no hook. */
  #watch(node: RuntimeNode): void {
    if (this.#watched.has(node)) return;
    this.#watched.add(node);
    const { tracker } = this;
    const report = node.error;
    node.error = function (this: RuntimeNode, logged: unknown, msg?: Parameters<Node['error']>[1]): void {
      if (typeof msg === 'object' && msg !== null) tracker.done(msg, node, logged ?? 'an error without a message');
      report.call(this, logged, msg);
    };
  }

  #pause(): void {
    this.#running = false;
    this.tracker.pause();
    for (const backend of Backend.opened()) backend.inbox.pause(true);
  }

  #resume(): void {
    this.#running = true;
    this.tracker.resume((node) => this.#red.nodes.getNode((node as RuntimeNode).id) === node);
    for (const backend of Backend.opened()) backend.inbox.pause(false);
  }
}

const runtimes = new WeakMap<object, FlowRuntime>();
