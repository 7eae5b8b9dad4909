import { ROLLUP_WIDTHS } from '../../retention.ts';
import type { Losses } from '../retention/retention-losses.ts';
import type { RetentionMarks } from '../retention/retention-marks.ts';
import type { RollupTable } from './rollup-table.ts';
import type { Series } from '../series/series-index.ts';
import type { DeletionPart } from '../deletion/series-remover.ts';

/** What somebody deletes goes from rollups too, and is counted among what has gone since the file was made. */
export class RollupDeletion implements DeletionPart {
  readonly #rollups: RollupTable;
  readonly #marks: RetentionMarks;
  readonly #losses: Losses;

  constructor(rollups: RollupTable, marks: RetentionMarks, losses: Losses) {
    this.#rollups = rollups;
    this.#marks = marks;
    this.#losses = losses;
  }

  delete(series: Series, from: number, to: number): void {
    this.#rollups.delete(series, from, to);
  }

  has(series: Series): boolean {
    return Object.values(ROLLUP_WIDTHS).some((width) => this.#rollups.hasBefore(series, width, Infinity));
  }

  count(readings: number): void {
    this.#losses.add('deleted', readings);
  }

  remove(series: Series): void {
    this.#marks.remove(series);
  }

  removed(series: Series): void {
    this.#marks.removed(series);
  }
}
