import type { Request, Response } from 'express';
import type { Node, NodeAPI } from 'node-red';
import { systemClock } from '../../core/clock/clock.ts';
import type { Drift } from '../../core/contract/drift/drift.ts';
import type { HistoryToLearn } from '../../core/contract/learn/learn-from-history.ts';
import { ConfigError, HoldfastError, messageOf } from '../../core/errors/holdfast-error.ts';
import { runningBackend } from '../backend/running-backend.ts';
import { CONFIG } from './config.ts';
import type { Learning } from './learning.ts';

/** What the dialog of a running node asks it. */
export interface AskedNode {
  learning: Learning;
  drifts: () => Drift[];
}

type Answer = (asked: AskedNode, body: Record<string, unknown>) => unknown;

const PERIODS: Readonly<Record<string, number>> = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000 };
const LONGEST_SCHEMA = 1_000_000;

/** The running validate nodes; a node that has ended answers nothing. */
const running = new WeakMap<Node, AskedNode>();

/** Lets the dialog of a node ask it. */
export function answerFor(node: Node, asked: AskedNode): void {
  running.set(node, asked);
}

/** The routes behind "Learn" and "Drift" in the dialog. */
export function addLearnRoutes(RED: NodeAPI): void {
  const route = (method: 'get' | 'post' | 'delete', path: string, permission: 'read' | 'write', answer: Answer): void => {
    RED.httpAdmin[method](`/holdfast-validate/:id/${path}`, RED.auth.needsPermission(`holdfast-validate.${permission}`), (request: Request, response: Response) => {
      void reply(RED, request, answer).then(
        (body) => response.json(body),
        (error: unknown) => response.status(error instanceof HoldfastError ? 400 : 500).json({ error: messageOf(error) }),
      );
    });
  };
  route('get', 'learn', 'read', ({ learning }) => learning.progress());
  route('post', 'learn', 'write', ({ learning }, body) => {
    if (body['source'] !== 'history') return learning.watch();
    return learning.read(runningBackend(RED, text(body['backend'])), historyIn(body, systemClock.now()));
  });
  route('delete', 'learn', 'write', ({ learning }) => learning.stop());
  route('post', 'learn/proposal', 'write', ({ learning }, body) => learning.propose(marginIn(body)));
  route('post', 'learn/refusals', 'write', ({ learning }, body) => {
    const schema = text(body['schema']);
    if (schema.length > LONGEST_SCHEMA) throw new ConfigError('schema', `The schema has ${schema.length} characters. Use at most ${LONGEST_SCHEMA}.`);
    return learning.wouldRefuse(schema, CONFIG.properties.dialect.read(text(body['dialect']), 'dialect'));
  });
  route('get', 'drift', 'read', ({ drifts }) => ({ drifts: drifts() }));
}

async function reply(RED: NodeAPI, request: Request, answer: Answer): Promise<unknown> {
  const node = RED.nodes.getNode(String(request.params['id'])) as Node | undefined;
  const asked = node && running.get(node);
  if (!asked) throw new HoldfastError('HOLDFAST_NOT_DEPLOYED', 'This node is not running yet. Deploy the flow first.');
  const body: unknown = request.body;
  return answer(asked, typeof body === 'object' && body !== null ? { ...body } : {});
}

function historyIn(body: Record<string, unknown>, now: number): HistoryToLearn {
  const period = text(body['period']);
  const length = Object.hasOwn(PERIODS, period) ? PERIODS[period] : undefined;
  if (length === undefined) throw new ConfigError('period', `period is "${period.slice(0, 40)}". Choose one of: ${Object.keys(PERIODS).join(', ')}.`);
  const [profile, tag] = [text(body['profile']), text(body['tag'])];
  return { from: now - length, to: now + 1, ...(profile !== '' && { profile }), ...(tag !== '' && { tag }) };
}

function marginIn({ margin = 0.1 }: Record<string, unknown>): number {
  if (typeof margin === 'number' && margin >= 0 && margin <= 10) return margin;
  throw new ConfigError('margin', `margin is ${JSON.stringify(margin)?.slice(0, 40)}. Enter a share of the range between 0 and 10, such as 0.1 for a tenth.`);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}
