import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { HoldfastError, messageOf } from '../../core/errors/holdfast-error.ts';
import { numberField } from '../../core/history/read-field.ts';
import { checkEntries, MOST_CHECKED } from '../../core/quarantine/review/check-entries.ts';
import { dropSeen } from '../../core/quarantine/review/drop-seen.ts';
import { fieldsOf, readQuarantineFilter } from '../../core/quarantine/review/read-filter.ts';
import { shownPage } from '../../core/quarantine/review/shown-entry.ts';
import { READ, WRITE } from './route.ts';
import type { Route } from './route.ts';
import { runningBackend } from './running-backend.ts';
import { streamText } from './stream-text.ts';

const LISTED = { usual: 100, most: 1_000 };
const CHECKED = 100;
/** A client that takes nothing for so long is given up, in milliseconds. */
const STALLED = 30_000;

/** What waits in quarantine: seen, checked, driven in again, dropped and exported. */
export function addQuarantineRoutes(RED: NodeAPI, route: Route): void {
  route('get', 'quarantine', READ, ({ quarantine, clock }, { query }) => {
    const { limit, before, ...filter } = query;
    const from = numberField({ before }, 'before', 0, Number.MAX_SAFE_INTEGER);
    return shownPage(quarantine, readQuarantineFilter(filter, clock.now()), { limit: numberField({ limit }, 'limit', 1, LISTED.most) ?? LISTED.usual, ...(from !== undefined && { before: from }) });
  });
  route('get', 'quarantine/summary', READ, ({ quarantine }) => quarantine.summary());
  route('get', 'quarantine/release', READ, ({ quarantine }) => quarantine.progress());
  route('post', 'quarantine/release', WRITE, ({ quarantine, clock }, request) => {
    const { filter, channel } = bodyOf(request, ['filter', 'channel']);
    return quarantine.release(readQuarantineFilter(filter, clock.now()), channelOf(channel));
  });
  route('delete', 'quarantine/release', WRITE, ({ quarantine }) => {
    quarantine.cancel();
    return quarantine.progress();
  });
  route('post', 'quarantine/drop', WRITE, async ({ quarantine, clock }, request) => {
    const { filter, expected } = bodyOf(request, ['filter', 'expected']);
    return { dropped: await dropSeen(quarantine, readQuarantineFilter(filter, clock.now()), expected) };
  });
  route('post', 'quarantine/check', READ, (backend, request) => {
    const { filter, ids, limit } = bodyOf(request, ['filter', 'ids', 'limit']);
    const meant = readQuarantineFilter({ ...(filter === undefined ? {} : fieldsOf(filter)), ...(ids !== undefined && { ids }) }, backend.clock.now());
    return checkEntries(backend.quarantine, meant, numberField({ limit }, 'limit', 1, MOST_CHECKED) ?? CHECKED, backend);
  });
  RED.httpAdmin.get('/holdfast-backend/:id/quarantine/export', RED.auth.needsPermission(READ), (request: Request, response: Response) => void exportAll(RED, request, response));
}

/** The fields of a body that may have these and no others: one that is spelled wrongly must not widen what is done. */
function bodyOf({ body }: Request, known: readonly string[]): Readonly<Record<string, unknown>> {
  const fields = fieldsOf(body, 'The body');
  const other = Object.keys(fields).find((field) => !known.includes(field));
  if (other === undefined) return fields;
  throw new HoldfastError('HOLDFAST_QUERY', `The body has a field "${other.slice(0, 60)}", which is not known. Send ${known.join(', ')}.`);
}

function channelOf(channel: unknown): { channel?: string } {
  if (channel === undefined) return {};
  if (typeof channel === 'string' && channel !== '') return { channel };
  throw new HoldfastError('HOLDFAST_QUERY', 'channel is no text. Send the id of the node by which entries go in whose own is gone, or leave it out.');
}

async function exportAll(RED: NodeAPI, request: Request, response: Response): Promise<void> {
  const client = new AbortController();
  response.once('close', () => client.abort(new HoldfastError('HOLDFAST_GONE', 'The client has gone.')));
  try {
    const { quarantine, clock } = runningBackend(RED, String(request.params['id']));
    const lines = quarantine.export(readQuarantineFilter(request.query, clock.now()));
    response.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', 'Content-Disposition': 'attachment; filename="quarantine.jsonl"', 'Content-Type': 'application/jsonl; charset=utf-8' });
    await streamText(lines, response, { type: 'application/jsonl; charset=utf-8', clock, stalled: STALLED, signal: client.signal });
    response.end();
  } catch (error) {
    // Once lines are out, only a broken connection tells the client that they are not all.
    if (response.headersSent || response.destroyed) return void response.destroy();
    response.removeHeader('Content-Disposition');
    response.status(error instanceof HoldfastError ? 400 : 500).json({ error: messageOf(error) });
  }
}
