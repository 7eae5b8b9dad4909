import { retentionPlan } from '../retention-plan.ts';
import type { RetentionPlan } from '../retention-plan.ts';
import { ROLLUP_WIDTHS } from '../retention.ts';
import type { Retention } from '../retention.ts';
import type { Client } from './connection.ts';
import { weekOf, WEEK } from './partitions.ts';
import type { Partition, Partitions } from './partitions.ts';
import { codeOf } from './postgres-error.ts';
import { ROLL_READINGS, ROLL_ROLLUPS, RULES, widthOf } from './rollup-sql.ts';
import { bounded, textToName } from './row.ts';
import { addUp } from './tally.ts';
import { lockForWriting, transaction } from './transaction.ts';

/** What is to go of one series. */
export interface SeriesRule {
  series: number;
  /** Readings before this are to go. */
  before: number;
  plan: RetentionPlan;
}

/** Readings or rollups that go in one transaction: writers wait some ten milliseconds for it. */
const SLICE = 5_000;
/** From this retention on, readings go by whole partitions, in milliseconds: they are kept up to a week longer. */
const BY_PARTITION = 8 * WEEK;
/** The longest that writers wait for a partition to go, in milliseconds; one that takes longer goes slice by slice. */
const PARTITION_TIMEOUT = 5_000;
const CANCELLED = '57014';

const EXPIRE = `WITH ${RULES},
  doomed AS MATERIALIZED (SELECT r.series, r.ts, rule.minute, rule.hour, rule.day FROM rule JOIN reading r ON r.series = rule.series AND r.ts < rule.before AND r.ts < $6 LIMIT ${SLICE}),
  gone AS (DELETE FROM reading r USING doomed d WHERE r.series = d.series AND r.ts = d.ts AND r.ts < $6
    RETURNING r.series, r.ts, r.kind, r.quality, r.number, r.text, ${widthOf('r.ts', 'd')} AS width), ${ROLL_READINGS}
  SELECT series, count(*) FROM gone GROUP BY series`;

const EXPIRE_ROLLUPS = `WITH ${RULES},
  doomed AS MATERIALIZED (SELECT r.series, r.width, r.ts, rule.minute, rule.hour, rule.day FROM rule JOIN rollup r ON r.series = rule.series AND r.width = $6 AND r.ts < rule.before LIMIT ${SLICE}),
  gone AS (DELETE FROM rollup r USING doomed d WHERE r.series = d.series AND r.width = d.width AND r.ts = d.ts RETURNING r.*, ${widthOf('r.ts', 'd', 'r.width')} AS coarser), ${ROLL_ROLLUPS}
  SELECT count(*) FROM gone`;

/** Readings that go with their partition: they are not deleted one by one. */
const EXPIRE_WITHIN = `WITH ${RULES}, gone AS (SELECT r.series, r.ts, r.kind, r.quality, r.number, r.text, ${widthOf('r.ts', 'rule')} AS width FROM reading r JOIN rule ON rule.series = r.series WHERE r.ts >= $6 AND r.ts < $7), ${ROLL_READINGS}
  SELECT series, count(*) FROM gone GROUP BY series`;

/** What a series is to keep at a time. Where that is long, readings go by whole partitions, so that nothing has to be deleted one by one. */
export function ruleOf(series: number, retention: Retention, now: number): SeriesRule {
  const plan = retentionPlan(retention, now);
  const before = now - plan.readingsFrom >= BY_PARTITION ? weekOf(plan.readingsFrom) : plan.readingsFrom;
  return { series, before, plan };
}

/** A page of series in the order of their numbers, beginning after one. */
export async function seriesAfter(client: Client, id: number, limit: number): Promise<Array<{ id: number; device: string; metric: string }>> {
  const { rows } = await client.query<[number, string, string]>({ name: 'holdfast-series-after', rowMode: 'array', text: 'SELECT id, device, metric FROM series WHERE id > $1 ORDER BY id LIMIT $2', values: [id, limit] });
  return rows.map(([number, device, metric]) => ({ id: number, device: textToName(device), metric: textToName(metric) }));
}

/** Those of the series that have readings, or superseded ones, before their time. */
export async function overdue(client: Client, rules: readonly SeriesRule[]): Promise<SeriesRule[]> {
  const finite = rules.filter(({ before }) => before > -Infinity);
  if (finite.length === 0) return [];
  const { rows } = await client.query<[number]>({
    name: 'holdfast-overdue',
    rowMode: 'array',
    text: `SELECT rule.series FROM unnest($1::integer[], $2::bigint[]) AS rule (series, before) WHERE EXISTS (SELECT FROM reading r WHERE r.series = rule.series AND r.ts < rule.before AND r.ts < $3)
      OR EXISTS (SELECT FROM superseded s WHERE s.series = rule.series AND s.ts < rule.before)`,
    values: [finite.map(({ series }) => series), finite.map(({ before }) => before), latest(finite)],
  });
  const found = new Set(rows.map(([series]) => series));
  return finite.filter(({ series }) => found.has(series));
}

/** Lets a slice of readings go, and puts what they come to into rollups. @returns how many went; less than a slice: all that were to. */
export async function expireSlice(client: Client, rules: readonly SeriesRule[]): Promise<{ gone: number; more: boolean }> {
  return transaction(client, async () => {
    await lockForWriting(client);
    const { rows } = await client.query<[number, string]>({ name: 'holdfast-expire', rowMode: 'array', text: EXPIRE, values: [...valuesOf(rules), latest(rules)] });
    const gone = await countGone(client, rows, rules);
    const more = gone >= SLICE;
    if (!more) await client.query('DELETE FROM superseded s USING unnest($1::integer[], $2::bigint[]) AS rule (series, before) WHERE s.series = rule.series AND s.ts < rule.before', valuesOf(rules).slice(0, 2));
    return { gone, more };
  });
}

/** Lets rollups go whose time is over, a slice at a time, into coarser ones where there are to be such. */
export async function expireRollups(client: Client, rules: readonly SeriesRule[]): Promise<void> {
  for (const width of Object.values(ROLLUP_WIDTHS)) {
    const ending = rules.flatMap((rule) => {
      const tier = rule.plan.tiers.find((one) => one.width === width);
      return tier && tier.from > -Infinity ? [{ ...rule, before: tier.from }] : [];
    });
    for (let more = ending.length > 0; more;) {
      more = await transaction(client, async () => {
        await lockForWriting(client);
        const { rows } = await client.query<[string]>({ name: 'holdfast-expire-rollups', rowMode: 'array', text: EXPIRE_ROLLUPS, values: [...valuesOf(ending), width] });
        return Number(rows[0]?.[0] ?? 0) >= SLICE;
      });
    }
  }
}

/**
 * Drops a partition when all its readings are to go, and puts what they come to into rollups.
 *
 * @returns how many readings went; undefined when it could not be done in the time that writers may wait.
 */
export async function expirePartitionWhole(client: Client, partitions: Partitions, partition: Partition, rulesOf: (client: Client) => Promise<SeriesRule[]>): Promise<number | undefined> {
  try {
    return await transaction(client, async () => {
      await lockForWriting(client);
      await client.query(`SET LOCAL statement_timeout = ${PARTITION_TIMEOUT}`);
      const rules = (await rulesOf(client)).map((rule) => ({ ...rule, before: partition.to }));
      const { rows } = await client.query<[number, string]>({ rowMode: 'array', text: EXPIRE_WITHIN, values: [...valuesOf(rules), partition.from, partition.to] });
      await client.query('DELETE FROM superseded WHERE ts >= $1 AND ts < $2', [partition.from, partition.to]);
      await partitions.drop(client, partition);
      return await countGone(client, rows, rules);
    });
  } catch (error) {
    partitions.forget();
    if (codeOf(error) === CANCELLED) return undefined;
    throw error;
  }
}

async function countGone(client: Client, rows: ReadonlyArray<[number, string]>, rules: readonly SeriesRule[]): Promise<number> {
  if (rows.length === 0) return 0;
  const before = new Map(rules.map((rule) => [rule.series, rule.before]));
  await addUp(client);
  await client.query(`UPDATE series s SET readings = s.readings - g.readings, expired = greatest(s.expired, g.before), newest = CASE WHEN s.readings = g.readings THEN NULL ELSE s.newest END
    FROM unnest($1::integer[], $2::bigint[], $3::bigint[]) AS g (series, readings, before) WHERE s.id = g.series`, [rows.map(([series]) => series), rows.map(([, count]) => count), rows.map(([series]) => bounded(before.get(series) ?? -Infinity))]);
  return rows.reduce((sum, [, count]) => sum + Number(count), 0);
}

function valuesOf(rules: readonly SeriesRule[]): unknown[] {
  const from = (width: number): Array<number | null> => rules.map(({ plan }) => {
    const tier = plan.tiers.find((one) => one.width === width);
    return tier === undefined ? null : bounded(tier.from);
  });
  return [rules.map(({ series }) => series), rules.map(({ before }) => bounded(before)), from(ROLLUP_WIDTHS.minute), from(ROLLUP_WIDTHS.hour), from(ROLLUP_WIDTHS.day)];
}

function latest(rules: readonly SeriesRule[]): number {
  return bounded(rules.reduce((most, { before }) => Math.max(most, before), -Infinity));
}
