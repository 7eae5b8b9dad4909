import { HoldfastError } from '../errors/holdfast-error.ts';

/** What was kept of a quality test cannot be read. Code `HOLDFAST_QUALITY_SNAPSHOT`. */
export class QualitySnapshotError extends HoldfastError {
  constructor(test: string) {
    super('HOLDFAST_QUALITY_SNAPSHOT', `What was kept of the ${test} is damaged or of another version. The test begins anew with the next reading.`);
  }
}
