/** The rate is measured over so long, in milliseconds. */
const SPAN = 30_000;
const NOTED_EVERY = 1_000;

/** How fast a backlog shrinks, and so when it will be gone. */
export class DrainRate {
  #notes: { at: number; entries: number }[] = [];

  /** Notes how much waits now. */
  note(now: number, entries: number): void {
    const last = this.#notes.at(-1);
    if (last && now >= last.at && now - last.at < NOTED_EVERY) return;
    // A clock that was set back makes what was noted before worthless.
    if (last && now < last.at) this.#notes = [];
    this.#notes.push({ at: now, entries });
    while ((this.#notes[0]?.at ?? now) < now - SPAN) this.#notes.shift();
  }

  /** In how many milliseconds nothing will wait, as it has gone lately; undefined when it does not shrink, or too little is known. */
  through(now: number, entries: number): number | undefined {
    const first = this.#notes[0];
    if (!first || entries === 0) return undefined;
    const gone = first.entries - entries;
    const elapsed = now - first.at;
    return gone > 0 && elapsed >= NOTED_EVERY ? (entries / gone) * elapsed : undefined;
  }
}
