import type { Client } from './connection.ts';
import type { Series } from './series-index.ts';

/** What one commit changes of a series. */
interface Change {
  readings: number;
  newest: number;
}

/** What one commit changes: of each series, how many readings more there are, and the newest time among them. */
export class Tally {
  readonly #changes = new Map<Series, Change>();
  stored = 0;
  corrected = 0;

  /** A reading that is new. */
  stores(series: Series, ts: number): void {
    this.stored += 1;
    const change = this.#changes.get(series);
    if (!change) {
      this.#changes.set(series, { readings: 1, newest: ts });
      return;
    }
    change.readings += 1;
    if (ts > change.newest) change.newest = ts;
  }

  /** Puts it into the database, within the running transaction: one row, however many series there are. */
  async write(client: Client): Promise<void> {
    if (this.#changes.size === 0) return;
    const changes = [...this.#changes.values()];
    await client.query({
      name: 'holdfast-tally',
      text: 'INSERT INTO tally (series, readings, newest) VALUES ($1, $2, $3)',
      values: [[...this.#changes.keys()].map(({ id }) => id), changes.map(({ readings }) => readings), changes.map(({ newest }) => newest)],
    });
  }
}

/** Adds up in `series` what commits have changed, within a transaction that has the lock of the writer. */
export async function addUp(client: Client): Promise<void> {
  await client.query(`WITH taken AS (DELETE FROM tally RETURNING series, readings, newest),
      sums AS (SELECT u.series, sum(u.readings) AS readings, max(u.newest) AS newest FROM taken, unnest(taken.series, taken.readings, taken.newest) AS u (series, readings, newest) GROUP BY u.series)
    UPDATE series s SET readings = s.readings + sums.readings, newest = greatest(s.newest, sums.newest) FROM sums WHERE s.id = sums.series`);
}
