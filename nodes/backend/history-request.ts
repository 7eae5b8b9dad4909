import type { Request } from 'express';
import { HoldfastError } from '../../core/errors/holdfast-error.ts';
import { MEDIA_TYPES } from '../../core/history/api/open-api.ts';
import type { FormatName } from '../../core/history/api/open-api.ts';

/** A request that cannot be answered, with the HTTP status that says so. */
export class HistoryRequestError extends HoldfastError {
  readonly status: number;
  readonly field: string;

  constructor(status: number, code: string, message: string, field = '') {
    super(code, message);
    this.status = status;
    this.field = field;
  }
}

/** Where Node-RED finds a token besides the header. */
const TOKEN = 'access_token';

/**
 * What a request asks: its fields from the URL and, for POST, from the body, and the format of the answer.
 *
 * @throws HistoryRequestError for a body or a format that cannot be.
 */
export function questionOf(request: Request): { format: FormatName; fields: Record<string, unknown> } {
  const { format, [TOKEN]: _token, ...fields } = { ...fieldsOfUrl(request.originalUrl), ...fieldsOfBody(request) };
  return { format: format === undefined ? acceptedFormat(request) : formatOf(format), fields };
}

/** Read here, not by Express: what it makes of `a[b]=c` or of many repetitions depends on its settings. */
function fieldsOfUrl(url: string): Record<string, unknown> {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(url.split('?').slice(1).join('?'))) {
    const known = fields.get(name);
    fields.set(name, known === undefined ? value : Array.isArray(known) ? [...known, value] : [known, value]);
  }
  return Object.fromEntries(fields);
}

function fieldsOfBody(request: Request): object {
  if (request.method !== 'POST') return {};
  const body: unknown = request.body;
  if (!request.is(['json', 'application/*+json'])) throw new HistoryRequestError(415, 'HOLDFAST_HISTORY_BODY', 'The body is no JSON. Send the question as JSON, with Content-Type: application/json.');
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw new HistoryRequestError(400, 'HOLDFAST_QUERY', 'The body is no object. Send {"devices":"press-1","from":"-24h"}.');
}

function formatOf(value: unknown): FormatName {
  const found = formatNames().find((name) => name === value);
  if (found !== undefined) return found;
  throw new HistoryRequestError(400, 'HOLDFAST_QUERY', `format is ${typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : typeof value}. Choose one of: ${formatNames().join(', ')}.`, 'format');
}

function acceptedFormat(request: Request): FormatName {
  const accepted = request.accepts([...Object.values(MEDIA_TYPES), 'application/x-ndjson']);
  if (accepted === false) throw new HistoryRequestError(406, 'HOLDFAST_HISTORY_FORMAT', `Nothing in Accept can be had. Ask for one of: ${Object.values(MEDIA_TYPES).join(', ')}.`);
  if (accepted === 'application/x-ndjson') return 'jsonl';
  return formatNames().find((name) => MEDIA_TYPES[name] === accepted) ?? 'json';
}

function formatNames(): FormatName[] {
  return Object.keys(MEDIA_TYPES) as FormatName[];
}
