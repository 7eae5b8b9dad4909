import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';

/**
 * Nodes that behave in ways that flows contain and tests need:
 * `test-gate` holds every message until the test lets it through; `test-fails` says done(error); `test-throws` throws;
 * `test-silent` never says done; `test-legacy` takes two arguments, and reports an error when the message asks for one;
 * `test-moody` fails while `moods.failing` holds for it; `test-slow-close` passes messages on and takes its time to close.
 */
export function TEST_NODES(RED: NodeAPI): void {
  const register = (type: string, start: (node: Node) => void): void => {
    RED.nodes.registerType(type, function (this: Node, def: NodeDef) {
      RED.nodes.createNode(this, def);
      start(this);
    });
  };
  register('test-gate', startGate);
  register('test-fails', (node) => node.on('input', (_message, _send, done) => done(new Error('the pump is broken'))));
  register('test-throws', (node) =>
    node.on('input', (message, _send, _done) => {
      throw new Error(`thrown at ${String(message.topic)}`);
    }),
  );
  register('test-silent', (node) => node.on('input', (_message, _send, _done) => undefined));
  register('test-legacy', (node) => node.on('input', (message: NodeMessageInFlow) => legacy(node, message)));
  register('test-moody', (node) =>
    node.on('input', (message, send, done) => {
      if (moods.failing(message)) return done(new Error('in a bad mood'));
      send(message);
      done();
    }),
  );
  register('test-slow-close', (node) => {
    node.on('input', (message, send, done) => {
      send(message);
      done();
    });
    node.on('close', (done: () => void) => void setTimeout(done, SLOW_CLOSE));
  });
}

/** How long a `test-slow-close` node takes to close, in milliseconds. */
export const SLOW_CLOSE = 150;

/** What `test-moody` nodes go by; the test sets it. */
export const moods: { failing: (message: NodeMessageInFlow) => boolean } = { failing: () => false };

interface Held {
  message: NodeMessageInFlow;
  pass: () => void;
}
const gates = new Map<string, Held[]>();

function startGate(node: Node): void {
  gates.set(node.id, []);
  node.on('input', (message, send, done) => {
    const pass = (): void => {
      send(message);
      done();
    };
    gates.get(node.id)?.push({ message, pass });
  });
}

/** The messages that a gate holds. */
export function heldAt(id: string): NodeMessageInFlow[] {
  return (gates.get(id) ?? []).map(({ message }) => message);
}

/** Lets the messages through that a gate holds now. */
export function openGate(id: string): void {
  for (const { pass } of gates.get(id)?.splice(0) ?? []) pass();
}

function legacy(node: Node, message: NodeMessageInFlow): void {
  if (message['broken'] === true) node.error('the legacy node cannot do this', message);
  else node.send(message);
}
