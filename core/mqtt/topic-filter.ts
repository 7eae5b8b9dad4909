/**
 * Whether a topic filter with its wildcards `+` and `#` matches a topic (MQTT 3.1.1 section 4.7). A wildcard at the first
 * level matches no topic that begins with `$`.
 */
export function matchesFilter(filter: string, topic: string): boolean {
  const levels = filter.split('/');
  if (topic.startsWith('$') && (levels[0] === '+' || levels[0] === '#')) return false;
  const names = topic.split('/');
  for (const [index, level] of levels.entries()) {
    if (level === '#') return true;
    if (index >= names.length || (level !== '+' && level !== names[index])) return false;
  }
  return levels.length === names.length;
}

export function hasWildcard(filter: string): boolean {
  return filter.includes('+') || filter.includes('#');
}

interface Level<Value> {
  next: Map<string, Level<Value>>;
  values: Set<Value>;
}

/** Finds everything whose filter matches a topic, in steps by the number of levels and not of filters. */
export class FilterTree<Value> {
  readonly #root: Level<Value> = newLevel();

  add(filter: string, value: Value): void {
    let at = this.#root;
    for (const name of filter.split('/')) {
      let next = at.next.get(name);
      if (!next) at.next.set(name, (next = newLevel()));
      at = next;
    }
    at.values.add(value);
  }

  remove(filter: string, value: Value): void {
    const path: Array<{ level: Level<Value>; name: string }> = [];
    let at: Level<Value> | undefined = this.#root;
    for (const name of filter.split('/')) {
      path.push({ level: at, name });
      at = at.next.get(name);
      if (!at) return;
    }
    at.values.delete(value);
    for (const { level, name } of path.toReversed()) {
      const child = level.next.get(name);
      if (!child || child.values.size > 0 || child.next.size > 0) return;
      level.next.delete(name);
    }
  }

  /** Each value once, however many of its filters match. */
  match(topic: string): Set<Value> {
    const found = new Set<Value>();
    collect(this.#root, topic.split('/'), 0, topic.startsWith('$'), found);
    return found;
  }
}

function newLevel<Value>(): Level<Value> {
  return { next: new Map(), values: new Set() };
}

function collect<Value>(level: Level<Value>, names: readonly string[], index: number, reserved: boolean, found: Set<Value>): void {
  const wildcards = !(reserved && index === 0);
  const rest = wildcards ? level.next.get('#') : undefined;
  if (rest) for (const value of rest.values) found.add(value);
  const name = names[index];
  if (name === undefined) {
    for (const value of level.values) found.add(value);
    return;
  }
  const exact = level.next.get(name);
  if (exact) collect(exact, names, index + 1, reserved, found);
  const singleLevel = wildcards ? level.next.get('+') : undefined;
  if (singleLevel && singleLevel !== exact) collect(singleLevel, names, index + 1, reserved, found);
}
