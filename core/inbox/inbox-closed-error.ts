import { HoldfastError } from '../errors/holdfast-error.ts';

/** The backend is being stopped: what comes now is not kept and not acknowledged. Code `HOLDFAST_INBOX_CLOSED`. */
export class InboxClosedError extends HoldfastError {
  constructor() {
    super('HOLDFAST_INBOX_CLOSED', 'The backend is stopping and takes no more samples. Send again in a moment.');
  }
}
