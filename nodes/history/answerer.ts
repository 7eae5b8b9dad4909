import type { Node, NodeAPI, NodeMessage, NodeMessageInFlow } from 'node-red';
import type { HistoryQuery } from '../../core/history/query.ts';
import type { HistoryAnswer } from '../../core/history/result.ts';
import { runHistory } from '../../core/history/run-history.ts';
import type { HistorySource } from '../../core/history/source.ts';
import type { FlowRuntime } from '../harness/flow-runtime.ts';
import { sendUntilTaken } from '../harness/taken.ts';
import { LEAST_IN_PART } from './config.ts';
import type { HistoryConfig } from './config.ts';
import { partsOf } from './parts.ts';
import type { Part } from './parts.ts';
import { isText, payloadOf } from './payload.ts';

export interface AnswererOptions {
  RED: NodeAPI;
  node: Node;
  config: HistoryConfig;
  source: HistorySource;
  runtime: FlowRuntime;
  signal: AbortSignal;
}

/** What stands in `msg.history`. Times are milliseconds since the epoch. */
interface Summary {
  kind: string;
  from?: number;
  to?: number;
  at?: number;
  timeZone: string;
  /** Rows sent up to and with this message. */
  rows: number;
  /** Whether rollups stand in for readings that have expired. */
  rollups: boolean;
  milliseconds: number;
  /** Sentences about the answer; whole in its last message. */
  notices: string[];
  /** Where the answer goes on that was cut at its limit; send it as `msg.query.next`. */
  next?: string;
}

/** Answers questions with messages. */
export class Answerer {
  readonly #options: AnswererOptions;

  constructor(options: AnswererOptions) {
    this.#options = options;
  }

  /**
   * Sends the whole answer to `query`, on `message` or on copies of it. `isCut`: at its limit, with more to come.
   *
   * @throws the errors of `runHistory`, and the reason of the signal.
   */
  async answer(message: NodeMessageInFlow, query: HistoryQuery): Promise<{ rows: number; isCut: boolean; milliseconds: number }> {
    const { config, node, source, signal } = this.#options;
    const { clock } = source;
    const began = clock.now();
    const answer = runHistory(query, { ...source, signal });
    const inParts = config.rowsPerMessage > 0 && config.output !== 'series';
    const summary: Summary = { ...asked(query), timeZone: query.timeZone, rows: 0, rollups: false, milliseconds: 0, notices: [] };
    let index = 0;
    for await (const part of partsOf(answer, inParts ? Math.max(LEAST_IN_PART, config.rowsPerMessage) : Infinity)) {
      tell(summary, part, answer, clock.now() - began);
      const payload = payloadOf(config.output, part, query, index === 0);
      const history = { ...summary, notices: [...summary.notices] };
      const chart = config.output === 'chart' ? { action: index === 0 ? 'replace' : 'append' } : {};
      if (inParts) await this.#sendPart(message, { payload, history, ...chart }, index, part.last);
      else node.send(Object.assign(message, { payload, history, ...chart }));
      signal.throwIfAborted();
      index += 1;
    }
    return { rows: summary.rows, isCut: answer.next !== undefined, milliseconds: Math.round(clock.now() - began) };
  }

  /** A part has an id of its own, by which it is followed, and `parts` as core split writes them. */
  async #sendPart(message: NodeMessageInFlow, content: object, index: number, isLast: boolean): Promise<void> {
    const { RED, node, config, runtime, signal, source } = this.#options;
    const { payload: _payload, ...rest } = message;
    const former = message['parts'];
    const parts = {
      id: message._msgid,
      index,
      ...(isText(config.output) ? { type: 'string', ch: '' } : { type: 'array', len: Math.max(LEAST_IN_PART, config.rowsPerMessage) }),
      ...(isLast && { count: index + 1 }),
      ...(former !== undefined && { parts: former }),
    };
    const copy: NodeMessage = RED.util.cloneMessage(rest);
    const outgoing = Object.assign(copy, content, { _msgid: RED.util.generateId(), parts, ...(isLast && { complete: true }) });
    await sendUntilTaken(outgoing, { node, runtime, clock: source.clock, signal });
  }
}

function asked({ kind, from, to, at }: HistoryQuery): Pick<Summary, 'kind' | 'from' | 'to' | 'at'> {
  if (kind === 'latest') return { kind };
  return kind === 'at' ? { kind, at } : { kind, from, to };
}

function tell(summary: Summary, { blocks, rows, last }: Part, answer: HistoryAnswer, milliseconds: number): void {
  summary.rows += rows;
  summary.rollups ||= blocks.some((block) => block.kind === 'buckets' && block.rows.some(({ rollup }) => rollup === true));
  summary.milliseconds = Math.round(milliseconds);
  if (!last) return;
  summary.notices = answer.notices.map(({ message }) => message);
  if (answer.next !== undefined) summary.next = answer.next;
}
