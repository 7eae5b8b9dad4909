import { ConfigError } from '../../core/errors/holdfast-error.ts';

/** One property of a node: its default, and how what the editor saved becomes a checked value. */
export interface Property<Value> {
  readonly default: unknown;
  /** @throws ConfigError that names the field, the value and the cure. */
  read(value: unknown, field: string): Value;
}

export type Properties = Record<string, Property<unknown>>;

/** The checked configuration that a node works with. */
export type ConfigOf<Spec extends Properties> = { readonly [Name in keyof Spec]: Spec[Name] extends Property<infer Value> ? Value : never };

export interface ConfigSpec<Spec extends Properties> {
  /** Raised whenever the properties change; saved with each node. */
  version: number;
  properties: Spec;
  /** The n-th takes a saved node from version n + 1 to n + 2. */
  migrations?: ReadonlyArray<(saved: Record<string, unknown>) => Record<string, unknown>>;
}

/** @throws ConfigError when a property is not usable, or the node was saved by a newer Holdfast. */
export function readConfig<Spec extends Properties>(spec: ConfigSpec<Spec>, saved: object): ConfigOf<Spec> {
  const current = migrate(spec, { ...saved });
  const values = Object.entries(spec.properties).map(([field, property]) => [field, property.read(current[field] ?? property.default, field)]);
  return Object.fromEntries(values) as ConfigOf<Spec>;
}

function migrate<Spec extends Properties>({ version, migrations = [] }: ConfigSpec<Spec>, saved: Record<string, unknown>): Record<string, unknown> {
  const from = Number(saved['version'] ?? 1);
  if (from > version) throw new ConfigError('version', `This node was saved by a newer Holdfast (version ${from}, this one knows ${version}). Update @holdfast/node-red.`);
  return migrations.slice(from - 1).reduce((node, step) => step(node), saved);
}

export function text(options: { default?: string; required?: string; maximumLength?: number } = {}): Property<string> {
  const { required, maximumLength = 1_000 } = options;
  return {
    default: options.default ?? '',
    read(value, field) {
      const read = String(value).trim();
      if (read === '' && required !== undefined) throw new ConfigError(field, required);
      if (read.length > maximumLength) throw new ConfigError(field, `${field} has ${read.length} characters. Use at most ${maximumLength}.`);
      return read;
    },
  };
}

export function number(options: { default: number; minimum?: number; maximum?: number; integer?: boolean }): Property<number> {
  const { minimum = -Infinity, maximum = Infinity, integer = false } = options;
  return {
    default: options.default,
    read(value, field) {
      const read = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
      if (Number.isFinite(read) && read >= minimum && read <= maximum && (!integer || Number.isInteger(read))) return read;
      throw new ConfigError(field, `${field} is "${String(value).slice(0, 40)}". Enter a ${integer ? 'whole ' : ''}number${bounds(minimum, maximum)}.`);
    },
  };
}

function bounds(minimum: number, maximum: number): string {
  if (minimum === -Infinity) return maximum === Infinity ? '' : ` of at most ${maximum}`;
  return maximum === Infinity ? ` of at least ${minimum}` : ` between ${minimum} and ${maximum}`;
}

export function choice<const Choice extends string>(choices: readonly Choice[], preset: Choice): Property<Choice> {
  return {
    default: preset,
    read(value, field) {
      const found = choices.find((one) => one === value);
      if (found !== undefined) return found;
      throw new ConfigError(field, `${field} is "${String(value).slice(0, 40)}". Choose one of: ${choices.join(', ')}.`);
    },
  };
}

export function flag(preset: boolean): Property<boolean> {
  return { default: preset, read: (value) => value === true || value === 'true' };
}

/** The id of a config node; empty when none is chosen. */
export function reference(): Property<string> {
  return { default: '', read: (value) => String(value) };
}

/** A list as an editableList saves it; `item` reads one element. */
export function list<Item>(preset: readonly unknown[], item: (value: unknown, field: string) => Item): Property<Item[]> {
  return {
    default: preset,
    read(value, field) {
      if (!Array.isArray(value)) throw new ConfigError(field, `${field} is not a list. Open the node, look at the list and deploy again.`);
      return value.map((element, index) => item(element, `${field}, row ${index + 1}`));
    },
  };
}
