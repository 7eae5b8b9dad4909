import type { NodeMessage } from 'node-red';
import type { Clock, Timer } from '../../core/clock/clock.ts';
import type { Quarantine, QuarantineFilter, ReleaseProgress } from '../../core/quarantine/quarantine.ts';
import type { Status } from '../harness/status.ts';

const INTERVAL = 1_000;

export interface ProgressOptions {
  quarantine: Pick<Quarantine, 'count' | 'progress'>;
  /** What the status counts. */
  filter: QuarantineFilter;
  clock: Clock;
  status: Status;
  /** Takes a message that tells how far a release is, at most one a second. */
  send: (message: NodeMessage) => void;
  /** Told once that a release has failed, and why. */
  failed: (sentence: string, message: NodeMessage) => void;
  /** Told of what went wrong in looking. */
  problem: (error: unknown) => void;
}

/** Follows releases, whoever began them: shows how far they are, and what waits when there is none. The last message about a release says how it ended. */
export class Progress {
  readonly #options: ProgressOptions;
  #told: string;
  #shown = '';
  #timer: Timer | undefined;
  #isFailing = false;
  #isClosed = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
    const last = options.quarantine.progress();
    // What ended before this node started is no news.
    this.#told = last?.state === 'running' ? '' : keyOf(last);
    // While the flows start, what is sent may find nobody.
    void this.#show(last).then(() => this.#lookLater());
  }

  /** A message has told of this already. */
  began(progress: ReleaseProgress): void {
    this.#told = keyOf(progress);
    void this.#show(progress);
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #lookLater(): void {
    if (this.#isClosed) return;
    this.#timer = this.#options.clock.setTimeout(() => {
      const progress = this.#options.quarantine.progress();
      this.#tell(progress);
      void this.#show(progress).then(() => this.#lookLater());
    }, INTERVAL);
  }

  #tell(progress: ReleaseProgress | undefined): void {
    const { send, failed } = this.#options;
    if (progress && this.#told !== (this.#told = keyOf(progress))) {
      const message = progressMessage(progress);
      send(message);
      if (progress.state === 'failed') failed(`The release of ${progress.total} entries failed after ${progress.released}; the rest is in quarantine. ${progress.problem ?? ''}`, message);
    }
  }

  async #show(progress: ReleaseProgress | undefined): Promise<void> {
    const { status } = this.#options;
    if (progress?.state !== 'running') return await this.#showWaiting();
    const { released, total } = progress;
    const text = `released ${shown(released)} of ${shown(total)} · ${Math.floor(100 * shareOf(progress))} %`;
    if (this.#shown !== (this.#shown = text)) status.busy(text);
  }

  /** A disk that fails may recover: it is told of once, and tried again. */
  async #showWaiting(): Promise<void> {
    const { quarantine, filter, status, problem } = this.#options;
    try {
      const count = await quarantine.count(filter);
      this.#isFailing = false;
      const text = `${shown(count)} waiting`;
      // Somebody may have begun a release while it was counted.
      if (this.#isClosed || quarantine.progress()?.state === 'running' || this.#shown === (this.#shown = text)) return;
      if (count === 0) status.idle(text);
      else status.ok(text);
    } catch (error) {
      if (!this.#isFailing && !this.#isClosed) problem(error);
      this.#isFailing = true;
      this.#shown = '';
    }
  }
}

/** How far a release is, with `share` from 0 to 1. */
export function progressMessage(progress: ReleaseProgress): NodeMessage & { iot: object } {
  return { payload: { ...progress, share: shareOf(progress) }, iot: { v: 1, kind: 'progress' } };
}

function shareOf({ total, released, skipped, state }: ReleaseProgress): number {
  if (total === 0) return state === 'running' ? 0 : 1;
  return Math.min(1, (released + skipped) / total);
}

function keyOf(progress: ReleaseProgress | undefined): string {
  return progress ? [progress.job, progress.state, progress.released, progress.skipped].join() : '';
}

function shown(count: number): string {
  return count.toLocaleString('en-US');
}
