import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { HoldfastError, messageOf } from '../../core/errors/holdfast-error.ts';
import { apiPage, PAGE_POLICY } from '../../core/history/api/api-page.ts';
import { MEDIA_TYPES, openApiDocument } from '../../core/history/api/open-api.ts';
import type { FormatName } from '../../core/history/api/open-api.ts';
import { csvOf } from '../../core/history/format/csv.ts';
import { jsonLinesOf } from '../../core/history/format/json-lines.ts';
import { jsonOf } from '../../core/history/format/json.ts';
import { MAXIMUM_LIMIT } from '../../core/history/query.ts';
import type { HistoryQuery } from '../../core/history/query.ts';
import { readHistoryQuery } from '../../core/history/read-query.ts';
import type { HistoryAnswer } from '../../core/history/result.ts';
import { runHistory } from '../../core/history/run-history.ts';
import { HistoryRequestError, questionOf } from './history-request.ts';
import { runningBackend } from './running-backend.ts';
import { streamText } from './stream-text.ts';

/** Node-RED lets users with the permission `read` or `*` do whatever ends in `.read`. */
const PERMISSION = 'holdfast-history.read';
/** Questions that are answered at once; each has a page of readings in memory. */
const MAXIMUM_AT_ONCE = 8;
/** A client that takes nothing for so long is given up, in milliseconds. */
const STALLED = 30_000;

const WRITERS: Readonly<Record<FormatName, (answer: HistoryAnswer, query: HistoryQuery) => AsyncGenerator<string, void>>> = { json: jsonOf, jsonl: jsonLinesOf, csv: csvOf };

/** Stored readings for programs, and what describes how to ask for them. */
export function addHistoryRoutes(RED: NodeAPI): void {
  const permitted = RED.auth.needsPermission(PERMISSION);
  let underWay = 0;
  const answerOne = async (request: Request, response: Response): Promise<void> => {
    if (underWay >= MAXIMUM_AT_ONCE) {
      return fail(response, new HistoryRequestError(503, 'HOLDFAST_HISTORY_BUSY', `${MAXIMUM_AT_ONCE} questions are being answered already. Ask again in a second.`));
    }
    underWay += 1;
    try {
      await answer(RED, request, response);
    } catch (error) {
      // Once rows are out, only a broken connection tells the client that they are not all.
      if (response.headersSent) response.destroy();
      else fail(response, error);
    } finally {
      underWay -= 1;
    }
  };
  const history = (request: Request, response: Response): void => void answerOne(request, response);
  RED.httpAdmin.get('/holdfast-backend/:id/history', permitted, history);
  RED.httpAdmin.post('/holdfast-backend/:id/history', permitted, history);
  // A browser sends no token, and what stands here is the same everywhere and says nothing of this backend, not even whether it is there.
  RED.httpAdmin.get('/holdfast-backend/:id/openapi.json', (_request: Request, response: Response) => void response.json(openApiDocument()));
  RED.httpAdmin.get('/holdfast-backend/:id/api', (_request: Request, response: Response) => {
    response.set({ 'Content-Security-Policy': PAGE_POLICY, 'X-Content-Type-Options': 'nosniff' }).type('html').send(apiPage(openApiDocument()));
  });
}

async function answer(RED: NodeAPI, request: Request, response: Response): Promise<void> {
  const backend = runningBackend(RED, String(request.params['id']));
  const { format, fields } = questionOf(request);
  const whole = format !== 'json' && !('limit' in fields);
  const query = readHistoryQuery(fields, { now: backend.clock.now(), ...(whole && { limit: MAXIMUM_LIMIT }) });
  const client = new AbortController();
  response.once('close', () => client.abort(new HoldfastError('HOLDFAST_HISTORY_GONE', 'The client has gone.')));
  const rows = runHistory(query, { store: backend.store, registry: backend.registry, clock: backend.clock, signal: client.signal });
  response.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
  if (format === 'csv') response.set({ Trailer: 'Holdfast-Next', 'Content-Disposition': 'attachment; filename="history.csv"' });
  await streamText(WRITERS[format](rows, query), response, { type: `${MEDIA_TYPES[format]}; charset=utf-8`, clock: backend.clock, stalled: STALLED, signal: client.signal });
  if (format === 'csv' && rows.next !== undefined) {
    if (whole) throw new HistoryRequestError(400, 'HOLDFAST_HISTORY_LIMIT', `The answer has more than ${MAXIMUM_LIMIT} rows.`);
    response.addTrailers({ 'Holdfast-Next': rows.next });
  }
  response.end();
}

function fail(response: Response, error: unknown): void {
  if (response.destroyed) return;
  const status = statusOf(error);
  const field = typeof error === 'object' && error !== null && 'field' in error && typeof error.field === 'string' && error.field !== '' ? { field: error.field } : {};
  for (const header of ['Trailer', 'Content-Disposition']) response.removeHeader(header);
  if (status === 503) response.set('Retry-After', '1');
  response.status(status).json({ error: messageOf(error), code: error instanceof HoldfastError ? error.code : 'HOLDFAST_INTERNAL', ...field });
}

function statusOf(error: unknown): number {
  if (error instanceof HistoryRequestError) return error.status;
  if (!(error instanceof HoldfastError)) return 500;
  switch (error.code) {
    case 'HOLDFAST_QUERY':
    case 'HOLDFAST_HISTORY_LIMIT':
      return 400;
    case 'HOLDFAST_NOT_DEPLOYED':
      return 404;
    default:
      // What is left: a store that cannot be read, a backend that could not be opened, a question that took too long.
      return 503;
  }
}
