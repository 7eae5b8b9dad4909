import type { NodeAPI, NodeMessageInFlow } from 'node-red';
import { HoldfastError, messageOf } from '../../core/errors/holdfast-error.ts';
import { HistoryQueryError } from '../../core/history/history-error.ts';
import type { HistoryQuery, HistoryQueryInput } from '../../core/history/query.ts';
import { readHistoryQuery } from '../../core/history/read-query.ts';
import { defineNode } from '../harness/define-node.ts';
import { addPreviewRoute } from './preview-route.ts';
import { Answerer } from './answerer.ts';
import { CONFIG, MOST_IN_ONE, questionOf } from './config.ts';
import type { HistoryConfig } from './config.ts';

/** Questions that wait for their turn; each holds its message. */
const MOST_WAITING = 1_000;

/** Asks the store, and sends what it answers: in one message, or in parts of which each leaves when the one before it has been taken. */
export default defineNode('holdfast-history', {
  config: CONFIG,
  outputs: ['answer'],
  routes: (RED: NodeAPI) => addPreviewRoute(RED),

  start({ RED, node, config, backend, clock, status, runtime }) {
    // What cannot be asked is said at once, not at the first message.
    questionIn(config, undefined, clock.now());
    const closing = new AbortController();
    const answerer = new Answerer({ RED, node, config, source: { store: backend.store, registry: backend.registry, clock }, runtime, signal: closing.signal });
    let before: Promise<unknown> = Promise.resolve();
    let waiting = 0;
    status.idle('waiting for a message');

    const answer = async (message: NodeMessageInFlow, query: HistoryQuery): Promise<void> => {
      try {
        const { rows, isCut, milliseconds } = await answerer.answer(message, query);
        status.ok(`${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}${isCut ? ', then cut' : ''} · ${milliseconds.toLocaleString('en-US')} ms`);
      } catch (error) {
        if (!closing.signal.aborted) status.error(messageOf(error));
        throw error;
      }
    };

    return {
      // One after another, so that the answers leave in the order of the questions.
      message(message) {
        const query = questionIn(config, message['query'], clock.now());
        if (waiting >= MOST_WAITING) throw new HoldfastError('HOLDFAST_HISTORY_BUSY', `${MOST_WAITING.toLocaleString('en-US')} questions are waiting already: they come faster than they are answered. Ask less often, or for less.`);
        waiting += 1;
        const mine = before.then(() => answer(message, query)).finally(() => (waiting -= 1));
        before = mine.catch(() => undefined);
        return mine;
      },
      async close() {
        const reason = new HoldfastError('HOLDFAST_STOPPED', 'The history node was stopped before its answer was whole. Send the message again.');
        // The message fails as well, but a catch node may be stopped with this one and never hear of it.
        if (waiting > 0) node.warn(reason.message);
        closing.abort(reason);
        await before;
      },
    };
  },
});

/**
 * The question of the settings, with what `msg.query` puts in their place.
 *
 * @throws HistoryQueryError that names the field, its value and the cure.
 */
function questionIn(config: HistoryConfig, override: unknown, now: number): HistoryQuery {
  const query = readHistoryQuery(merged(config, override), { now });
  if (config.rowsPerMessage > 0 && config.output !== 'series') return query;
  if (query.limit <= MOST_IN_ONE) return query;
  throw new HistoryQueryError('limit', `limit is ${query.limit}, and the whole answer is to leave in one message. Lower it to ${MOST_IN_ONE}, or say how many rows a message is to have${config.output === 'series' ? ' and choose another form than the chart of series' : ''}.`);
}

function merged(config: HistoryConfig, override: unknown): HistoryQueryInput {
  if (override === undefined || override === null) return questionOf(config);
  if (typeof override !== 'object' || Array.isArray(override)) throw new HistoryQueryError('query', `msg.query is ${JSON.stringify(override)?.slice(0, 60) ?? typeof override}. Make it an object with fields of the question, such as {"from":"-7d"}, or leave it out.`);
  const given: HistoryQueryInput = override;
  const { points, every, ...base } = questionOf({ ...config, ...(given.kind !== undefined && { kind: given.kind }) });
  // Who says how long a bucket is does not want so many of them, and the other way about.
  const grid = given.points !== undefined || given.every !== undefined ? {} : { ...(points !== undefined && { points }), ...(every !== undefined && { every }) };
  return { ...base, ...grid, ...given };
}
