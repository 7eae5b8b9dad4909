import { HoldfastError } from '../errors/holdfast-error.ts';

/** A backup, a restore or another work on the files of a backend that cannot be done. Code `HOLDFAST_MAINTENANCE`. */
export class MaintenanceError extends HoldfastError {
  constructor(message: string, options?: ErrorOptions) {
    super('HOLDFAST_MAINTENANCE', message, options);
  }
}
