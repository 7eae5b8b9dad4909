/** Which members and elements of a value some schema has looked at, for `unevaluatedProperties` and `unevaluatedItems`. */
export class Evaluated {
  #properties: Set<string> | 'all' = new Set();
  /** All elements before this one. */
  #before = 0;
  readonly #elements = new Set<number>();

  addProperty(name: string): void {
    if (this.#properties !== 'all') this.#properties.add(name);
  }

  addAllProperties(): void {
    this.#properties = 'all';
  }

  hasProperty(name: string): boolean {
    return this.#properties === 'all' || this.#properties.has(name);
  }

  addElement(index: number): void {
    this.#elements.add(index);
  }

  addElementsBefore(end: number): void {
    this.#before = Math.max(this.#before, end);
  }

  hasElement(index: number): boolean {
    return index < this.#before || this.#elements.has(index);
  }

  /** Takes over what a schema that holds has looked at. */
  add(other: Evaluated): void {
    if (other.#properties === 'all') this.#properties = 'all';
    else other.#properties.forEach((name) => this.addProperty(name));
    this.#before = Math.max(this.#before, other.#before);
    other.#elements.forEach((index) => this.#elements.add(index));
  }
}
