import { AGGREGATES, DEFAULT_LIMIT, DEFAULT_POINTS, FILLS, INTERVAL_UNITS, KINDS, MAXIMUM_BUCKETS, MAXIMUM_LIMIT, MAXIMUM_NAMES, ORDERS, RESETS } from '../query.ts';
import { QUALITY_NAMES } from '../../sample/good-enough.ts';
import type { FieldName } from '../query.ts';

/** A field of a question as a program reads it: JSON Schema (draft 2020-12) and a sentence or two. */
export interface FieldDescription {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly description: string;
  /** Values that the reader takes, as they stand in a URL. */
  readonly examples: readonly string[];
}

const LIST = { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, maxItems: MAXIMUM_NAMES }] };
const TIME = { type: ['string', 'integer'] };
const TIMES = 'Milliseconds since 1970, ISO 8601 (without an offset in the time zone of the question), `now`, `-24h`, `-7d`, `-3 months`, an ISO duration before now (`PT90M`), `now/d` (the day of now), `now-1d/d`, `today`, `yesterday`, `this month`, `last week`.';

/** Every field of a question: what the reader takes, the OpenAPI document says, and the page shows. */
export const FIELDS: Readonly<Record<FieldName, FieldDescription>> = {
  kind: {
    schema: { type: 'string', enum: [...KINDS], default: 'raw' },
    description: '`raw`: the readings. `aggregate`: what they come to in buckets. `latest`: the newest reading of each series. `at`: the newest reading of each series that is not after `at`. Default `raw`, or `aggregate` where `aggregates`, `points` or `every` is given.',
    examples: ['raw', 'latest'],
  },
  devices: { schema: LIST, description: 'Ids of devices: a list, or one text with commas. Without `devices`, `profile` and `tag` it is all devices; given together, all must hold.', examples: ['press-1', 'press-1,press-2'] },
  profile: { schema: { type: 'string' }, description: 'Only devices that are registered with this profile.', examples: ['press'] },
  tag: { schema: { type: 'string' }, description: 'Only devices that are registered with this tag.', examples: ['hall-2'] },
  metrics: { schema: LIST, description: 'Names of metrics: a list, or one text with commas. Default: all.', examples: ['temperature', 'temperature,pressure'] },
  from: { schema: { ...TIME, default: '-24h' }, description: `The beginning; a reading of just this time belongs to it. ${TIMES} Of a period it is the beginning.`, examples: ['-24h', '2026-03-01T00:00:00.000Z', 'last month'] },
  to: { schema: TIME, description: 'The end; a reading of just this time does not belong to it. Written like `from`, but of a period it is the end: `from=2026-03-01&to=2026-03-31` is all of March. Default `now`, or the end of the period that `from` has named: `from=yesterday` is that day, `from=2026-03-01` all since.', examples: ['now', 'today', '2026-03-31'] },
  at: { schema: { ...TIME, default: 'now' }, description: 'For the kind `at`. Written like `from`; of a period it is the last moment.', examples: ['2026-03-01T06:00', '-1h'] },
  timeZone: { schema: { type: 'string' }, description: 'The IANA name of the time zone in which days begin and times are written. Default: the server’s.', examples: ['Europe/Berlin', 'UTC'] },
  aggregates: {
    schema: { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string', enum: [...AGGREGATES] } }], default: 'mean' },
    description: `A list, or one text with commas, of: ${AGGREGATES.join(', ')}. Numbers count as they are, true as 1, false as 0; texts only in count, first and last. \`median\` and \`p95\` interpolate linearly (type 7 of Hyndman and Fan, 1996). \`delta\` is the last reading less the last one before the bucket, or less its own first where there is none or a gap lies between; \`rate\` is that a second. \`timeWeighted\` is the mean in which each value counts as long as it held: until the next reading, at most \`gapAfter\`.`,
    examples: ['mean', 'min,max,count'],
  },
  points: { schema: { type: 'integer', minimum: 1, maximum: MAXIMUM_BUCKETS, default: DEFAULT_POINTS }, description: 'So many buckets of the same width from `from` to `to`. Not together with `every`.', examples: ['500'] },
  every: {
    schema: { type: 'string' },
    description: `Buckets by the calendar of the time zone, right across daylight saving: a number and one of ${INTERVAL_UNITS.join(', ')}, such as \`15 minutes\`, \`1 day\`, \`month\`, \`1h\`, \`1M\` or \`P1M\`. Minutes and hours must divide a day; weeks begin on Monday. The first and the last bucket are cut at \`from\` and \`to\`. At most ${MAXIMUM_BUCKETS} buckets.`,
    examples: ['15 minutes', '1 month', 'P1D'],
  },
  minimumQuality: { schema: { type: 'string', enum: [...QUALITY_NAMES], default: 'suspect' }, description: 'Readings of a worse quality are left out, in the order good, unknown, suspect, bad, missing. The default leaves out what is bad or missing.', examples: ['suspect', 'good'] },
  fill: {
    schema: { oneOf: [{ type: 'string', enum: [...FILLS] }, { type: 'number' }], default: 'null' },
    description: 'What stands in a bucket without readings: `null` nothing, `none` the bucket is left out, `previous` what the bucket before it had, `linear` a straight line between its neighbours (numbers only), or a number. A count stays 0.',
    examples: ['null', 'linear', '0'],
  },
  resets: { schema: { type: 'string', enum: [...RESETS], default: 'signed' }, description: 'What a fall means to `delta` and `rate`: `signed` a negative change; `from-zero` a counter that began again at zero, so that the new value is what was added.', examples: ['from-zero'] },
  gapAfter: {
    schema: { type: ['string', 'integer'], default: 'auto' },
    description: 'Readings further apart than this have a gap between them, which raw output shows as a row with `gap`, and over which nothing is reckoned: a length of time such as `5m` or `PT5M`, milliseconds, `auto` (three times the median distance of the first readings) or `off`.',
    examples: ['auto', '5m', 'off'],
  },
  limit: { schema: { type: 'integer', minimum: 1, maximum: MAXIMUM_LIMIT, default: DEFAULT_LIMIT }, description: 'At most so many rows. An answer that is cut there says so, with a cursor to go on.', examples: ['1000'] },
  order: { schema: { type: 'string', enum: [...ORDERS], default: 'oldest' }, description: 'Which row of a series comes first.', examples: ['newest'] },
  next: { schema: { type: 'string' }, description: 'The cursor that an answer gave which was cut at its limit. Send the same question with it; `from` and `to` are in it.', examples: [] },
};
