/** What the benchmarks share in reading their options. */

/** Ends the benchmark with a sentence for whoever called it. */
export function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

/** The number of `--name`, which must be above 0. */
export function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) fail(`--${name} is "${text}". Give a number above 0.`);
  return value;
}

/** Those of `all` that `--only` names, in their own order; all of them when it is not given. */
export function chosen(only: string | undefined, all: readonly string[]): readonly string[] {
  if (only === undefined) return all;
  const names = only.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) fail(`There is no "${unknown.join('", "')}". Give one or more of ${all.join(', ')}.`);
  return all.filter((name) => names.includes(name));
}
