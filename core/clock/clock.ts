/** A pending call of `Clock.setTimeout`. */
export interface Timer {
  /** Forget the call; harmless when it has been made already. */
  cancel(): void;
}

/**
 * The only source of time in core. The system's clock serves a running backend; tests and replay hand in a
 * `ManualClock`. Times are milliseconds since the epoch, UTC.
 */
export interface Clock {
  now(): number;
  /**
   * Calls `callback` once, not before `milliseconds` have passed. A process that has nothing else to do ends without it,
   * unless `keepsAlive`: for what must not be left undone, such as a commit.
   */
  setTimeout(callback: () => void, milliseconds: number, keepsAlive?: boolean): Timer;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(callback, milliseconds, keepsAlive = false) {
    const handle = setTimeout(callback, milliseconds);
    if (!keepsAlive) handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};
