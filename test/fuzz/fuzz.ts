import { CoapLane } from './coap-lane.ts';
import { HttpLane } from './http-lane.ts';
import { inputAt, LANES, PROBE_EVERY } from './inputs.ts';
import type { Input } from './inputs.ts';
import { MqttLane } from './mqtt-lane.ts';
import type { Options } from './options.ts';
import type { Outcome } from './outcome.ts';
import { Random } from './random.ts';
import { figuresOf, tableRows, whereabouts } from './report.ts';
import { Tally } from './tally.ts';
import { Target } from './target.ts';
import { disagreements } from './verdict.ts';
import { someAddress } from './wire.ts';
import type { World } from './world.ts';

export interface FuzzResult {
  figures: Record<string, unknown>;
  table: Array<Record<string, string | number>>;
  /** A sentence each; empty when all is well. */
  failures: string[];
}

/** In milliseconds. */
const LONGEST_STALL = 1_000;
/** In bytes. */
const LARGEST_RSS = 1024 ** 3;
const PROGRESS_INTERVAL = 10_000;
const MOST_FAILURES = 20;

/** Runs a range of inputs, and tells what became of them. @param progress gets a line now and then. */
export async function fuzz(options: Options, progress: (line: string) => void): Promise<FuzzResult> {
  const { seed, from, inputs, protocol } = options;
  const failures: string[] = [];
  const underWay = new Map<number, Input>();
  const failed = (sentence: string, suspects: readonly Input[] = [...underWay.values()].toSorted((a, b) => a.index - b.index)): void => {
    if (failures.length >= MOST_FAILURES) return;
    failures.push(`${sentence}${whereabouts(options, sentence, suspects)}`);
    progress(failures.at(-1) ?? '');
  };
  const target = new Target((sentence) => failed(sentence));
  const tally = new Tally();
  const started = performance.now();
  const timer = setInterval(() => {
    const done = Object.values(tally.total).reduce((sum, count) => sum + count, 0);
    progress(`${done} of ${inputs} inputs, ${Math.round((performance.now() - started) / 1000)} s, RSS ${Math.round(target.lastRss / 1024 ** 2)} MiB, longest stall ${Math.round(target.longestStall)} ms`);
  }, PROGRESS_INTERVAL);
  try {
    const world = await target.ready();
    let stallTold = false;
    await Promise.all(Array.from({ length: LANES }, async (_, number) => {
      if (!world) return;
      const lane = new Lane(world, seed, number);
      for (let index = from + ((number - (from % LANES) + LANES) % LANES); index < from + inputs; index += LANES) {
        if (target.ended || failures.length >= MOST_FAILURES) break;
        const input = inputAt(seed, index, world, protocol);
        underWay.set(number, input);
        const outcome = await lane.run(input);
        if (target.ended) break;
        tally.add(input, outcome);
        if (outcome.failure !== undefined) failed(outcome.failure, [input]);
        if (target.longestStall > LONGEST_STALL && !stallTold) {
          stallTold = true;
          failed(`The event loop stood still for ${Math.round(target.longestStall)} ms.`);
        }
      }
      underWay.delete(number);
      lane.close();
    }));
    const account = await target.finish();
    const seconds = (performance.now() - started) / 1000;
    if (account && target.crashes === 0) failures.push(...disagreements(tally, account, probesOf(options)));
    if (target.longestStall > LONGEST_STALL && !stallTold) failures.push(`The event loop stood still for ${Math.round(target.longestStall)} ms at the end.`);
    if (target.peakRss > LARGEST_RSS) failures.push(`The process took ${Math.round(target.peakRss / 1024 ** 2)} MiB of memory.`);
    return { figures: figuresOf({ options, tally, target, account, seconds }), table: tableRows(tally), failures };
  } finally {
    clearInterval(timer);
    await target.remove();
  }
}

function probesOf({ from, inputs }: Options): number[] {
  const first = Math.ceil(from / PROBE_EVERY) * PROBE_EVERY;
  return Array.from({ length: Math.max(0, Math.ceil((from + inputs - first) / PROBE_EVERY)) }, (_, number) => first + number * PROBE_EVERY);
}

/** Sends one input after the other. */
class Lane {
  readonly #seed: number;
  readonly #mqtt: MqttLane;
  readonly #http: HttpLane;
  readonly #coap: CoapLane;
  readonly #coapProbes: CoapLane;

  constructor(world: World, seed: number, number: number) {
    this.#seed = seed;
    this.#mqtt = new MqttLane(world);
    this.#http = new HttpLane(world);
    this.#coap = new CoapLane(world, someAddress(new Random(seed, -1 - number)));
    this.#coapProbes = new CoapLane(world, undefined);
  }

  run(input: Input): Promise<Outcome> {
    // Strangers fail to log in from everywhere but where the probes come from.
    const address = input.isProbe ? undefined : someAddress(new Random(this.#seed, ~input.index));
    switch (input.kind) {
      case 'mqtt':
        return this.#mqtt.run(input, address);
      case 'http':
        return this.#http.run(input, address);
      case 'coap':
        return input.probe ? this.#coapProbes.run(input) : this.#coap.run(input);
    }
  }

  close(): void {
    this.#mqtt.close();
    this.#http.close();
    this.#coap.close();
    this.#coapProbes.close();
  }
}
