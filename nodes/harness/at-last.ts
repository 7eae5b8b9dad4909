import type { Clock } from '../../core/clock/clock.ts';
import { isDiskAtFault } from '../../core/sqlite/storage-error.ts';

export interface AtLastOptions {
  clock: Clock;
  /** Whether the node has been closed meanwhile: then nothing is tried again. */
  isClosed: () => boolean;
  /** Told each time that the disk is at fault. */
  failing: (error: unknown) => void;
}

const RETRY_INTERVAL = 2_000;
/** After this the samples go back to the inbox, well before they would count as not settled. */
const GIVE_BACK_AFTER = 20_000;

/** Writes, and again while the disk is full or failing: it may recover, and until then the samples are not done, so that the inbox keeps them and waits. */
export async function atLast(write: () => Promise<void>, { clock, isClosed, failing }: AtLastOptions): Promise<void> {
  const deadline = clock.now() + GIVE_BACK_AFTER;
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (isDiskAtFault(error)) failing(error);
      if (isClosed() || !isDiskAtFault(error) || clock.now() >= deadline) throw error;
      await new Promise<void>((resolve) => clock.setTimeout(resolve, RETRY_INTERVAL));
    }
  }
}
