/** What stands in an `OldestFirst`. */
export interface Timed {
  /** Event time, ms since the epoch. */
  ts: number;
  /** Where it stands; -1: nowhere. Belongs to the `OldestFirst`. */
  place: number;
}

/** A binary heap: the one with the earliest time is at hand, whatever times the others get meanwhile. */
export class OldestFirst<Item extends Timed> {
  readonly #items: Item[] = [];

  get first(): Item | undefined {
    return this.#items[0];
  }

  add(item: Item): void {
    item.place = this.#items.length;
    this.#items.push(item);
    this.#rise(item);
  }

  remove(item: Item): void {
    const last = this.#items.pop();
    const { place } = item;
    item.place = -1;
    if (last === undefined || last === item) return;
    this.#put(last, place);
    this.moved(last);
  }

  /** To be called when the time of one has changed. */
  moved(item: Item): void {
    this.#rise(item);
    this.#sink(item);
  }

  clear(): void {
    this.#items.length = 0;
  }

  #rise(item: Item): void {
    while (item.place > 0) {
      const above = this.#items[(item.place - 1) >> 1];
      if (!above || above.ts <= item.ts) return;
      this.#swap(item, above);
    }
  }

  #sink(item: Item): void {
    for (;;) {
      const left = this.#items[2 * item.place + 1];
      const right = this.#items[2 * item.place + 2];
      const below = left && right && right.ts < left.ts ? right : left;
      if (!below || below.ts >= item.ts) return;
      this.#swap(item, below);
    }
  }

  #swap(one: Item, other: Item): void {
    const { place } = one;
    this.#put(one, other.place);
    this.#put(other, place);
  }

  #put(item: Item, place: number): void {
    this.#items[place] = item;
    item.place = place;
  }
}
