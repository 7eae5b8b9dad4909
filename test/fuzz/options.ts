import { parseArgs } from 'node:util';

export const PROTOCOLS = ['mqtt', 'http', 'coap', 'sparkplug', 'payload', 'forward'] as const;

export type Protocol = (typeof PROTOCOLS)[number];

export interface Options {
  /** Undefined: all, mixed. */
  protocol: Protocol | undefined;
  seed: number;
  /** The number of the first input: those before it are left out, and the others are what they were with them. */
  from: number;
  inputs: number;
}

export const USAGE = `npm run fuzz -- [--protocol ${PROTOCOLS.join('|')}] [--seed 1] [--from 0] [--inputs 1000000]`;

/** @throws Error with a sentence for an option that cannot be. */
export function readOptions(args: readonly string[] = process.argv.slice(2)): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { protocol: { type: 'string' }, seed: { type: 'string', default: '1' }, from: { type: 'string', default: '0' }, inputs: { type: 'string', default: '1000000' } },
  });
  const protocol = PROTOCOLS.find((one) => one === values.protocol);
  if (values.protocol !== undefined && !protocol) throw new Error(`--protocol is "${values.protocol}". Choose one of: ${PROTOCOLS.join(', ')}.`);
  const whole = (name: 'seed' | 'from' | 'inputs'): number => {
    if (/^\d{1,9}$/.test(values[name])) return Number(values[name]);
    throw new Error(`--${name} is "${values[name]}". Give a whole number.`);
  };
  return { protocol, seed: whole('seed'), from: whole('from'), inputs: whole('inputs') };
}
