import { parseArgs } from 'node:util';
import { PROTOCOLS } from './protocol.ts';
import type { Protocol } from './protocol.ts';

export interface Options {
  protocol: Protocol;
  seed: number;
  messages: number;
  /** SIGKILL and a start. */
  kills: number;
  /** SIGSTOP, a second and a half, SIGCONT. */
  stops: number;
  /** Connections cut, stalled, half closed or swallowed on the way; on UDP any number but 0 turns loss, duplication and reordering on. */
  breaks: number;
  /** The disk that holds the data runs full and gets room again; needs the right to mount. */
  fullDisks: number;
  /** Every fsync fails for a second; needs strace. */
  failingFsyncs: number;
  /** Messages a second, at most; 0: as many as are acknowledged. */
  rate: number;
}

/** A broker acknowledges at once: without a limit everything would be in its queue before the first fault. */
const SUBSCRIBER_RATE = 3_000;

export const USAGE = `npm run faults -- [--protocol ${PROTOCOLS.join('|')}] [--seed 1] [--messages 100000] [--kills 10] [--stops 2] [--breaks 10] [--full-disks 1] [--failing-fsyncs 1] [--rate 0]`;

/** @throws Error with a sentence for an option that cannot be. */
export function readOptions(args: readonly string[] = process.argv.slice(2)): Options {
  const count = (preset: string): { type: 'string'; default: string } => ({ type: 'string', default: preset });
  const { values } = parseArgs({
    args: [...args],
    options: {
      protocol: { type: 'string', default: 'mqtt' }, seed: count('1'), messages: count('100000'), kills: count('10'), stops: count('2'), breaks: count('10'),
      'full-disks': count('1'), 'failing-fsyncs': count('1'),
      rate: { type: 'string' },
    },
  });
  const protocol = PROTOCOLS.find((one) => one === values.protocol);
  if (!protocol) throw new Error(`--protocol is "${values.protocol}". Choose one of: ${PROTOCOLS.join(', ')}.`);
  const whole = (name: Exclude<keyof typeof values, 'protocol'>): number => {
    const text = values[name] ?? '';
    if (/^\d{1,9}$/.test(text)) return Number(text);
    throw new Error(`--${name} is "${text}". Give a whole number.`);
  };
  return {
    protocol, seed: whole('seed'), messages: whole('messages'), kills: whole('kills'), stops: whole('stops'), breaks: whole('breaks'),
    fullDisks: whole('full-disks'), failingFsyncs: whole('failing-fsyncs'),
    rate: values.rate === undefined ? (protocol === 'subscriber' ? SUBSCRIBER_RATE : 0) : whole('rate'),
  };
}
