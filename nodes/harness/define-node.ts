import type { Node, NodeAPI, NodeDef, NodeInitializer, NodeMessageInFlow } from 'node-red';
import type { Backend } from '../../core/backend/backend.ts';
import { systemClock } from '../../core/clock/clock.ts';
import type { Clock } from '../../core/clock/clock.ts';
import { prepareFormats } from '../../core/decode/optional-libraries.ts';
import { ConfigError, messageOf } from '../../core/errors/holdfast-error.ts';
import type { Sample } from '../../core/sample/sample.ts';
import { DeviceStates } from '../../core/state/device-states.ts';
import type { DeviceStatesOptions } from '../../core/state/device-states.ts';
import { readConfig } from './config.ts';
import type { ConfigOf, ConfigSpec, Properties } from './config.ts';
import { FlowRuntime } from './flow-runtime.ts';
import { OutputCollector } from './output-collector.ts';
import type { Outgoing } from './output-collector.ts';
import { samplesOf } from '../../core/sample/message.ts';
import { Status } from './status.ts';
import { answerTries } from './try-it.ts';
import type { LastMessage, TryIt } from './try-it.ts';
import { TurningAway } from './turn-away.ts';
import type { TurnAway } from './turn-away.ts';

/** Sends something to outputs by name: a sample goes on in the form it came in, every other message as it is. */
export type Send<Output extends string> = (outputs: { readonly [Name in Output]?: Outgoing }) => void;

/** What a node does. `turnAway` puts samples into quarantine, or has them counted as refused. `sample` is called once per sample, alone or in a batch; `message` takes any message. */
export interface Behaviour<Output extends string> {
  sample?(sample: Sample, send: Send<Output>, turnAway: TurnAway): void | Promise<void>;
  /** All samples of a message at once, for nodes that can do more with many. Resolves with false when none of them stays where the node puts them; see `stores`. */
  samples?(samples: Sample[], send: Send<Output>, turnAway: TurnAway): void | Promise<void | boolean>;
  message?(message: NodeMessageInFlow, send: Send<Output>): void | Promise<void>;
  /** Takes a message that tells the node something, beside those that bring samples. False: it is none, and is read as samples. */
  command?(message: NodeMessageInFlow, send: Send<Output>): false | void | Promise<void>;
  /** `removed`: the node is gone for good, not merely restarted or disabled. */
  close?(removed: boolean): void | Promise<void>;
}

/** What a node is given to work with. */
export interface NodeContext<Spec extends Properties> {
  readonly RED: NodeAPI;
  readonly node: Node;
  readonly config: ConfigOf<Spec>;
  readonly clock: Clock;
  readonly status: Status;
  readonly runtime: FlowRuntime;
  /** @throws ConfigError when the node has no backend, or the backend could not be opened. */
  readonly backend: Backend;
  /** Logs what went wrong where no message is concerned, and shows it in the status. */
  readonly problem: (error: unknown) => void;
  /** For nodes that take no messages: what "Try it" is to work on from now on. */
  remember(lastMessage: () => unknown): void;
  /** One state a device, kept over restarts under the node's id. */
  states<Value>(options: Pick<DeviceStatesOptions<Value>, 'restore' | 'snapshot' | 'capacity' | 'left'>): DeviceStates<Value>;
}

export interface NodeSpec<Spec extends Properties, Output extends string> {
  config: ConfigSpec<Spec>;
  /** The outputs by name, in the order of the editor. */
  outputs: readonly Output[];
  /** What Node-RED keeps encrypted and apart from the flow; found in `node.credentials`. */
  credentials?: Record<string, { type: 'text' | 'password' }>;
  /** Whether its done means that the samples stay where it put them: the ledger counts them as stored, unless `samples` says false. */
  stores?: boolean;
  /** What "Try it" in the dialog shows: these settings on the last message the node has seen. Changes nothing. */
  tryIt?: TryIt<ConfigOf<Spec>>;
  /** Admin routes of this type, added once. */
  routes?: (RED: NodeAPI) => void;
  start(context: NodeContext<Spec>): Behaviour<Output>;
}

/** A holdfast-backend node, as other nodes see it. */
export interface BackendNode extends Node {
  directory?: string;
  failure?: Error;
}

/** A node's module: what Node-RED calls, with the specification beside it for tests. */
export type HoldfastNode<Spec extends Properties, Output extends string> = NodeInitializer & { type: string; spec: NodeSpec<Spec, Output> };

// CBOR and MessagePack are read without waiting: what that needs is there before the first node is.
await prepareFormats();

/** A copy of each message of a flood would cost more than handling it: "Try it" sees one that is at most this old, in milliseconds. */
const GLIMPSE_INTERVAL = 100;

/** Makes a Node-RED node of a specification: everything that is the same in every node is here, and nowhere else. */
export function defineNode<Spec extends Properties, Output extends string>(type: string, spec: NodeSpec<Spec, Output>): HoldfastNode<Spec, Output> {
  const initialize = (RED: NodeAPI): void => {
    const runtime = FlowRuntime.of(RED);
    const lastMessages = new WeakMap<Node, LastMessage>();
    if (spec.tryIt) answerTries(RED, type, spec.config, spec.tryIt, lastMessages);
    spec.routes?.(RED);
    RED.nodes.registerType(type, function (this: Node, def: NodeDef) {
      RED.nodes.createNode(this, def);
      run(RED, runtime, this, def, spec, lastMessages);
    }, spec.credentials ? { credentials: spec.credentials } : {});
  };
  return Object.assign(initialize, { type, spec });
}

function run<Spec extends Properties, Output extends string>(
  RED: NodeAPI, runtime: FlowRuntime, node: Node, def: NodeDef, spec: NodeSpec<Spec, Output>, lastMessages: WeakMap<Node, LastMessage>,
): void {
  const status = new Status(node, systemClock);
  const cleanUps: Array<() => void | Promise<void>> = [];
  const problem = (error: unknown): void => {
    node.error(messageOf(error));
    status.error(messageOf(error));
  };
  let backend: Backend | undefined;
  let behaviour: Behaviour<Output> | undefined;
  let failure: Error | undefined;
  let checked: ConfigOf<Spec> | undefined;
  const useBackend = (): Backend => (backend ??= openBackend(RED, runtime, checked ?? def, problem));
  try {
    const config = (checked = readConfig(spec.config, def));
    const context: NodeContext<Spec> = {
      RED, node, config, clock: systemClock, status, runtime, problem,
      get backend() {
        return useBackend();
      },
      remember: (lastMessage) => void lastMessages.set(node, lastMessage),
      states(options) {
        const states = new DeviceStates({ ...options, state: useBackend().state, clock: systemClock, node: node.id, problem });
        cleanUps.push(() => states.flush());
        return states;
      },
    };
    behaviour = spec.start(context);
  } catch (error) {
    failure = asError(error);
    node.error(failure.message);
    status.error(failure.message);
  }

  let seen: object | undefined;
  let seenAt = -Infinity;
  node.on('input', (message, send, done) => {
    const now = systemClock.now();
    if (now - seenAt >= GLIMPSE_INTERVAL || now < seenAt) {
      if (!seen) lastMessages.set(node, () => seen);
      seen = glimpse(message);
      seenAt = now;
    }
    if (!behaviour) return done(failure);
    handle(behaviour, spec.outputs, message, send, new TurningAway(runtime.tracker, message, useBackend), (error, keptNone) => {
      if (spec.stores && !error && !keptNone) tellStored(runtime, message);
      try {
        done(error);
      } catch (thrown) {
        problem(thrown);
      }
    });
  });
  node.on('close', (removed: boolean, done: () => void) => {
    // Each also when one before it fails: a state that was not kept, or a directory that stays locked, would be worse.
    const attempt = async (part: () => unknown): Promise<void> => {
      try {
        await part();
      } catch (error) {
        node.error(messageOf(error));
      }
    };
    const close = async (): Promise<void> => {
      const gone = removed && !isInFlows(RED, node);
      await attempt(() => behaviour?.close?.(gone));
      for (const cleanUp of cleanUps) await attempt(cleanUp);
      if (gone) await attempt(() => backend?.state.forget(node.id));
    };
    close()
      .catch((error: unknown) => node.error(messageOf(error)))
      .finally(() => {
        backend?.release(problem);
        status.close();
        done();
      });
  });
}

function handle<Output extends string>(
  behaviour: Behaviour<Output>, outputs: readonly Output[], message: NodeMessageInFlow, send: (messages: Array<NodeMessageInFlow | NodeMessageInFlow[] | null>) => void, turnAway: TurnAway, done: (error?: Error, keptNone?: boolean) => void,
): void {
  const ended = (work: () => void, keptNone = false): void => {
    let failure: Error | undefined;
    try {
      work();
    } catch (error) {
      failure = asError(error);
    }
    done(failure, keptNone);
  };
  let collector: OutputCollector<Output>;
  let pending: Promise<unknown> | undefined;
  try {
    collector = new OutputCollector(outputs, message);
    pending = process(behaviour, message, collector, turnAway);
  } catch (error) {
    return done(asError(error));
  }
  if (pending === undefined) return ended(() => collector.send(send));
  void pending.then((kept) => ended(() => collector.send(send), kept === false), (error: unknown) => done(asError(error)));
}

function process<Output extends string>(behaviour: Behaviour<Output>, message: NodeMessageInFlow, collector: OutputCollector<Output>, turnAway: TurnAway): Promise<unknown> | undefined {
  const collect: Send<Output> = (outgoing) => collector.add(outgoing);
  if (behaviour.message) return behaviour.message(message, collect) ?? undefined;
  const command = behaviour.command ? behaviour.command(message, collect) : false;
  if (command !== false) return command ?? undefined;
  const { form, samples } = samplesOf(message);
  collector.form = form;
  if (behaviour.samples) return behaviour.samples(samples, collect, turnAway) ?? undefined;
  if (!behaviour.sample) return undefined;
  let pending: Array<Promise<void>> | undefined;
  for (const sample of samples) {
    try {
      const work = behaviour.sample(sample, collect, turnAway);
      if (work) (pending ??= []).push(work);
    } catch (error) {
      // Those under way end with this one: a rejection that nobody awaits would end Node-RED.
      if (!pending) throw error;
      pending.push(Promise.reject(asError(error)));
      break;
    }
  }
  return pending && Promise.all(pending);
}

/** The samples of a message are where they stay. */
function tellStored({ tracker }: FlowRuntime, message: NodeMessageInFlow): void {
  tracker.stored(message);
  tracker.originOf(message)?.stored(() => samplesOf(message).samples);
}

/** Node-RED says "removed" of a disabled node as well; that one stays in the flows and is to go on where it was. */
function isInFlows(RED: NodeAPI, { id, _alias }: Node): boolean {
  let found = false;
  RED.nodes.eachNode((one) => {
    found ||= one.id === id || one.id === _alias;
  });
  return found;
}

/** The message as it arrived: nodes behind this one may put something else into it. */
function glimpse(message: NodeMessageInFlow): object {
  const { iot } = message;
  return typeof iot === 'object' && iot !== null ? { ...message, iot: { ...iot } } : { ...message };
}

/** The backend that a node's `backend` property names. */
function openBackend(RED: NodeAPI, runtime: FlowRuntime, config: object, problem: (error: unknown) => void): Backend {
  const id = 'backend' in config ? String(config.backend) : '';
  const chosen = id === '' ? undefined : (RED.nodes.getNode(id) as BackendNode | undefined);
  if (!chosen) throw new ConfigError('backend', 'This node has no backend. Open it and choose one, or make a new one there.');
  if (chosen.failure) throw chosen.failure;
  if (chosen.directory === undefined) throw new ConfigError('backend', 'The backend of this node is not a holdfast-backend. Open the node and choose one.');
  return runtime.acquire(chosen.directory, problem);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(messageOf(error), { cause: error });
}
