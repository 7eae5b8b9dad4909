import { FIELDS } from './field-descriptions.ts';
import type { FieldDescription } from './field-descriptions.ts';
import { QUALITY_NAMES } from '../../sample/good-enough.ts';
import { AGGREGATES, FIELD_NAMES } from '../query.ts';

export interface ApiParameter {
  name: string;
  description: string;
  schema: FieldDescription['schema'];
  examples: readonly string[];
}

/** What the document says of one path, as far as the page shows it. */
export interface ApiDocument {
  openapi: string;
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, { summary: string; description: string; parameters?: ReadonlyArray<Record<string, unknown>>; requestBody?: object; responses: Record<string, { description: string }> }>>;
  [more: string]: unknown;
}

/** The formats of an answer, by the name in `format` and the media type in `Accept`. */
export const MEDIA_TYPES = { json: 'application/json', jsonl: 'application/jsonl', csv: 'text/csv' } as const;
export type FormatName = keyof typeof MEDIA_TYPES;

const FORMAT: ApiParameter = {
  name: 'format',
  description: 'The format of the answer, over `Accept`. Default `json`. The formats `jsonl` and `csv` have no limit of rows unless one is given.',
  schema: { type: 'string', enum: Object.keys(MEDIA_TYPES) },
  examples: Object.keys(MEDIA_TYPES),
};

/** Everything that the route takes in a URL or a body. */
export const PARAMETERS: readonly ApiParameter[] = [...FIELD_NAMES.map((name) => ({ name, ...FIELDS[name] })), FORMAT];

const VALUE = { type: ['number', 'string', 'boolean', 'null'] };

const ROW = {
  type: 'object',
  description: 'A reading has value and quality; a bucket has end and a property for each aggregate.',
  properties: {
    time: { type: 'string', format: 'date-time', description: 'In the time zone of the question, with milliseconds.' },
    ts: { type: 'integer', description: 'The same in milliseconds since 1970.' },
    device: { type: 'string' },
    metric: { type: 'string' },
    unit: { type: 'string' },
    value: VALUE,
    quality: { type: 'string', enum: [...QUALITY_NAMES] },
    flags: { type: 'array', items: { type: 'string' }, description: 'Why the quality is what it is.' },
    raw: { description: 'The value as it came, where it was altered.' },
    tests: { type: 'object', additionalProperties: { type: 'string', enum: [...QUALITY_NAMES] }, description: 'Which quality tests ran on the reading, and what each found.' },
    end: { type: 'string', format: 'date-time', description: 'Where the bucket ends; not included.' },
    ...Object.fromEntries(AGGREGATES.map((aggregate) => [aggregate, VALUE])),
    gap: { const: true, description: 'Nothing was read then.' },
    rollup: { const: true, description: 'Readings of this bucket have expired; it is made of rollups, as far as there are any.' },
  },
  required: ['time', 'ts', 'device', 'metric'],
};

const NOTICE = { type: 'object', properties: { code: { type: 'string', enum: ['limited', 'expired', 'unknown'] }, message: { type: 'string' } }, required: ['code', 'message'] };

const ANSWER = {
  type: 'object',
  properties: {
    query: { type: 'object', description: 'What the question came to.' },
    rows: { type: 'array', items: { $ref: '#/components/schemas/Row' } },
    notices: { type: 'array', items: NOTICE },
    next: { type: 'string', description: 'The cursor with which the same question goes on; only when the answer was cut at its limit.' },
  },
  required: ['query', 'rows', 'notices'],
};

const PROBLEM = {
  type: 'object',
  properties: { error: { type: 'string', description: 'A sentence: field, value, cure.' }, code: { type: 'string', description: 'Stable, for programs.' }, field: { type: 'string', description: 'The field to change.' } },
  required: ['error', 'code'],
};

const failure = (description: string): { description: string; content: object } => ({ description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } } });

const RESPONSES = {
  200: {
    description: 'The rows, by device and metric. JSON lines end with a line `{"notice":…}` for each notice and `{"next":…}` when the answer was cut; CSV has the cursor in the trailer `Holdfast-Next`. An answer that fails on its way ends with a broken connection.',
    content: {
      [MEDIA_TYPES.json]: { schema: { $ref: '#/components/schemas/Answer' } },
      [MEDIA_TYPES.jsonl]: { schema: { $ref: '#/components/schemas/Row' } },
      [MEDIA_TYPES.csv]: { schema: { type: 'string' } },
    },
  },
  400: failure('A field is wrong, or the answer would be too large.'),
  401: { description: 'No login, or one that may not read.' },
  404: failure('There is no such backend, or it is not deployed.'),
  406: failure('None of the formats in Accept can be had.'),
  415: failure('The body is no JSON.'),
  503: failure('The store cannot be read at the moment, the question took too long, or too many are asked at once. `Retry-After` says when to try again.'),
};

const ASKED = 'Reads stored readings: as they are, in buckets, or the newest. Needs a login that may read.';

/** The OpenAPI 3.1 document of the route `history`; where it stands is where its paths begin. */
export function openApiDocument(): ApiDocument {
  return {
    openapi: '3.1.0',
    info: { title: 'Holdfast history', version: '1', description: 'Stored readings of a Holdfast backend, for programs. Every time is event time: when the reading was taken.' },
    servers: [{ url: './' }],
    security: [{ token: [] }],
    paths: {
      '/history': {
        get: { summary: 'Ask in the URL', description: ASKED, parameters: PARAMETERS.map(urlParameter), responses: RESPONSES },
        post: { summary: 'Ask in a body', description: `${ASKED} The same fields as in the URL, for questions that are too long for one.`, requestBody: { required: true, content: { 'application/json': { schema: bodySchema() } } }, responses: RESPONSES },
      },
    },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'The access_token that `POST /auth/token` of Node-RED gives a user with read rights.' } },
      schemas: { Row: ROW, Answer: ANSWER, Problem: PROBLEM },
    },
  };
}

function urlParameter({ name, description, schema, examples }: ApiParameter): Record<string, unknown> {
  return { name, in: 'query', required: false, description, schema, ...(examples.length > 0 && { examples: Object.fromEntries(examples.map((value, index) => [`example${index + 1}`, { value }])) }) };
}

function bodySchema(): object {
  const properties = Object.fromEntries(PARAMETERS.map(({ name, description, schema, examples }) => [name, { ...schema, description, ...(examples.length > 0 && { examples }) }]));
  return { type: 'object', properties, additionalProperties: false };
}
