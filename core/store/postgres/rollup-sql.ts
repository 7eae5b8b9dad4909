import { ROLLUP_WIDTHS } from '../retention.ts';
import { SUMS } from './buckets.ts';
import { KIND } from './row.ts';

const SUMMED = ['count', 'good', 'numbers', 'sum', 'huge'];
const COLUMNS = `series, width, ts, ${SUMMED.join(', ')}, min, max, first_ts, first_kind, first_number, first_text, last_ts, last_kind, last_number, last_text`;

function endColumns(end: 'first' | 'last', isExcluded: string): string {
  return ['ts', 'kind', 'number', 'text'].map((column) => `${end}_${column} = CASE WHEN ${isExcluded} THEN excluded.${end}_${column} ELSE rollup.${end}_${column} END`).join(', ');
}

const MERGE = `ON CONFLICT (series, width, ts) DO UPDATE SET ${SUMMED.map((column) => `${column} = rollup.${column} + excluded.${column}`).join(', ')},
  min = least(rollup.min, excluded.min), max = greatest(rollup.max, excluded.max),
  ${endColumns('first', 'excluded.first_ts < rollup.first_ts')}, ${endColumns('last', 'excluded.last_ts >= rollup.last_ts')}`;

/** In SQL: when the rollup of a width begins that the time `ts` is in; also before 1970. */
function startOf(width: string): string {
  return `ts - ((ts % ${width}) + ${width}) % ${width}`;
}

/**
 * The rules of a statement, a row for each series: what is to go of it, and from when on it has rollups of a minute, an hour and a day
 * ($1 to $5); null: it has none. The parts below say in which of them something has its place.
 */
export const RULES = 'rule AS (SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) AS r (series, before, minute, hour, day))';

/** The width of the finest rollup that a time has its place in; null when nothing is kept of it. */
export function widthOf(ts: string, rule: string, widerThan = '0'): string {
  return `CASE ${(['minute', 'hour', 'day'] as const).map((name) => `WHEN ${ts} >= ${rule}.${name} AND ${ROLLUP_WIDTHS[name]} > ${widerThan} THEN ${ROLLUP_WIDTHS[name]}`).join(' ')} END::bigint`;
}

/** Puts readings of `gone (series, ts, kind, quality, number, text, width)` into rollups. */
export const ROLL_READINGS = `placed AS (SELECT *, ${startOf('width')} AS start FROM gone WHERE width IS NOT NULL AND kind <> ${KIND.null}),
  summed AS (SELECT series, width, start, ${SUMS} FROM placed GROUP BY series, width, start),
  rolled AS (INSERT INTO rollup (${COLUMNS})
    SELECT s.series, s.width, s.start, s.count, s.good, s.numbers, s.sum, s.huge, s.min, s.max, f.ts, f.kind, f.number, f.text, l.ts, l.kind, l.number, l.text
    FROM summed s JOIN placed f ON f.series = s.series AND f.ts = s.first_ts JOIN placed l ON l.series = s.series AND l.ts = s.last_ts ${MERGE})`;

/** Puts finer rollups, `gone (…, coarser)`, into coarser ones. */
export const ROLL_ROLLUPS = `placed AS (SELECT *, ${startOf('coarser')} AS start FROM gone WHERE coarser IS NOT NULL),
  summed AS (SELECT series, coarser, start, sum(count)::bigint AS count, sum(good)::bigint AS good, sum(numbers)::bigint AS numbers, sum(sum) AS sum, sum(huge) AS huge, min(min) AS min, max(max) AS max,
      min(first_ts) AS first_ts, max(last_ts) AS last_ts FROM placed GROUP BY series, coarser, start),
  rolled AS (INSERT INTO rollup (${COLUMNS})
    SELECT s.series, s.coarser, s.start, s.count, s.good, s.numbers, s.sum, s.huge, s.min, s.max, f.first_ts, f.first_kind, f.first_number, f.first_text, l.last_ts, l.last_kind, l.last_number, l.last_text
    FROM summed s JOIN placed f ON f.series = s.series AND f.coarser = s.coarser AND f.first_ts = s.first_ts JOIN placed l ON l.series = s.series AND l.coarser = s.coarser AND l.last_ts = s.last_ts ${MERGE})`;
