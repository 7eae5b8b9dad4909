import type { Node, NodeAPI } from 'node-red';
import { messageOf } from '../../core/errors/holdfast-error.ts';
import { readConfig } from './config.ts';
import type { ConfigOf, ConfigSpec, Properties } from './config.ts';

/** Gives the last message that a node has seen. */
export type LastMessage = () => unknown;

/** What the dialog shows: a sentence, and the result below it. */
export interface TryResult {
  summary: string;
  result: unknown;
}

/** Applies settings to a message without any effect. */
export type TryIt<Config> = (config: Config, message: unknown, RED: NodeAPI, node: Node) => TryResult | Promise<TryResult>;

const BODY_LIMIT = 1024 * 1024;

/** The route behind "Try it": POST the settings of the dialog, get what they make of the last message of that node. */
export function answerTries<Spec extends Properties>(
  RED: NodeAPI, type: string, spec: ConfigSpec<Spec>, tryIt: TryIt<ConfigOf<Spec>>, lastMessages: WeakMap<Node, LastMessage>,
): void {
  RED.httpAdmin.post(`/${type}/:id/try`, RED.auth.needsPermission(`${type}.write`), (request, response) => {
    void answer().then((body) => response.json(body), (error: unknown) => response.status(400).json({ error: messageOf(error) }));

    async function answer(): Promise<TryResult & { message: unknown }> {
      const node = RED.nodes.getNode(String(request.params['id'])) as Node | undefined;
      const last = node && lastMessages.get(node);
      if (!last) throw new Error('No message has reached this node since the last deploy. Deploy the flow, wait for a message and try again.');
      const saved: unknown = request.body;
      if (typeof saved !== 'object' || saved === null || JSON.stringify(saved).length > BODY_LIMIT) throw new Error('The settings could not be read.');
      const message = plain(last());
      return { ...(await tryIt(readConfig(spec, withEnvironment(RED, node, saved)), structuredClone(message), RED, node)), message };
    }
  });
}

/**
 * The settings with environment variables resolved: the runtime does that when it starts a node; the dialog sends them as they were typed. A node
 * that is not deployed yet has only those of the process.
 */
export function withEnvironment(RED: NodeAPI, node: Node | undefined, saved: object): object {
  const entries = Object.entries(saved).map(([name, value]: [string, unknown]) => {
    const variable = typeof value === 'string' ? /^\$\{(\S+)\}$/.exec(value)?.[1] : undefined;
    const found: unknown = variable === undefined ? undefined : node ? RED.util.evaluateNodeProperty(variable, 'env', node, {}) : process.env[variable];
    return [name, found === undefined || found === '' ? value : found] as const;
  });
  return Object.fromEntries(entries);
}

/** What of a message can be shown: requests, sockets and functions cannot. */
function plain(message: unknown): unknown {
  if (typeof message !== 'object' || message === null) return message;
  const { req: _request, res: _response, ...rest } = message as Record<string, unknown>;
  return JSON.parse(JSON.stringify(rest)) as unknown;
}
