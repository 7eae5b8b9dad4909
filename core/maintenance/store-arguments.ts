import { resolve } from 'node:path';
import { timeOfText } from '../store/read-deletion.ts';
import { MaintenanceError } from './maintenance-error.ts';

/** A command was given wrongly. Code `HOLDFAST_MAINTENANCE`. */
export class UsageError extends MaintenanceError {}

/** What was given behind a command, by the names that `parseArgs` of Node.js gives it. */
export class StoreArguments {
  readonly #values: Record<string, unknown>;
  readonly #usualDirectory: string | undefined;

  /** @param usualDirectory the directory of the backend where `--directory` is not given; undefined: it has to be. */
  constructor(values: Record<string, unknown>, usualDirectory: string | undefined) {
    this.#values = values;
    this.#usualDirectory = usualDirectory;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** Those of the options that were given, as they were. */
  texts(...names: readonly string[]): Record<string, unknown> {
    return Object.fromEntries(names.flatMap((name) => (this.#values[name] === undefined ? [] : [[name, this.#values[name]]])));
  }

  /** An absolute path. @throws UsageError where there is none. */
  requiredPath(name: string): string {
    const path = this.path(name);
    if (path === undefined) throw new UsageError(`--${name} is missing.`);
    return path;
  }

  path(name: string): string | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : resolve(text);
  }

  list(name: string): string[] | undefined {
    const value = this.#values[name];
    return Array.isArray(value) ? value.map(String) : undefined;
  }

  /** Milliseconds since the epoch. @throws UsageError for what is no time. */
  time(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const time = timeOfText(text);
    if (Number.isNaN(time)) throw new UsageError(`--${name} is "${text}". Give a time such as 2026-03-01T00:00:00Z, or milliseconds since 1970.`);
    return time;
  }

  /** The directory of the backend. @throws UsageError where none is given and none is usual. */
  get directory(): string {
    return this.path('directory') ?? this.#usualDirectory ?? this.requiredPath('directory');
  }
}
