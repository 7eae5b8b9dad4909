import { HoldfastError } from '../errors/holdfast-error.ts';

/** A file that people or backups may have changed and that cannot be used as it is. Code `HOLDFAST_DAMAGED_FILE`. */
export class DamagedFileError extends HoldfastError {
  readonly path: string;

  constructor(path: string, message: string, options?: ErrorOptions) {
    super('HOLDFAST_DAMAGED_FILE', message, options);
    this.path = path;
  }
}
