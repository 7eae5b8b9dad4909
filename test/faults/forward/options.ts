import { parseArgs } from 'node:util';

export interface ForwardOptions {
  seed: number;
  messages: number;
  /** How often the link between the two is cut, stalled, half closed, or swallows acknowledgements. */
  cuts: number;
  /** SIGKILL and a start, of the one or the other. */
  kills: number;
  /** Messages a second, at most. */
  rate: number;
  order: 'in-order' | 'live-first';
  over: 'http' | 'mqtt';
}

export const FORWARD_USAGE = 'npm run faults -- --protocol forward [--seed 1] [--messages 40000] [--cuts 50] [--kills 10] [--rate 1000] [--order in-order|live-first] [--over http|mqtt]';

/** Whether a run is one of two Holdfasts. */
export function isForwardRun(args: readonly string[]): boolean {
  const at = args.indexOf('--protocol');
  return args[at + 1] === 'forward' && at >= 0 ? true : args.includes('--protocol=forward');
}

/** @throws Error with a sentence for an option that cannot be. */
export function readForwardOptions(args: readonly string[]): ForwardOptions {
  const text = (preset: string): { type: 'string'; default: string } => ({ type: 'string', default: preset });
  const { values } = parseArgs({
    args: [...args],
    options: { protocol: text('forward'), seed: text('1'), messages: text('40000'), cuts: text('50'), kills: text('10'), rate: text('1000'), order: text('in-order'), over: text('http') },
  });
  const whole = (name: 'seed' | 'messages' | 'cuts' | 'kills' | 'rate'): number => {
    if (/^\d{1,9}$/.test(values[name])) return Number(values[name]);
    throw new Error(`--${name} is "${values[name]}". Give a whole number.`);
  };
  const { order, over } = values;
  if (order !== 'in-order' && order !== 'live-first') throw new Error(`--order is "${order}". Choose one of: in-order, live-first.`);
  if (over !== 'http' && over !== 'mqtt') throw new Error(`--over is "${over}". Choose one of: http, mqtt.`);
  return { seed: whole('seed'), messages: whole('messages'), cuts: whole('cuts'), kills: whole('kills'), rate: whole('rate'), order, over };
}
