import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { hexOf } from './inputs.ts';
import type { Input } from './inputs.ts';
import { keptOf } from './verdict.ts';
import type { Account } from './messages.ts';
import { PROTOCOLS } from './options.ts';
import type { Options } from './options.ts';
import { ENDINGS } from './outcome.ts';
import type { Tally } from './tally.ts';
import type { Target } from './target.ts';

export interface Ended {
  options: Options;
  tally: Tally;
  target: Target;
  account: Account | undefined;
  seconds: number;
}

const MEBIBYTE = 1024 * 1024;

/** What the last line holds. */
export function figuresOf({ options: { seed, from, inputs, protocol }, tally, target, account, seconds }: Ended): Record<string, unknown> {
  const total = account?.ledger.total;
  const refused = Object.values(total?.refused ?? {}).reduce((sum, count) => sum + count, 0);
  const by = PROTOCOLS.map((name) => [name, ENDINGS.reduce((sum, ending) => sum + tally.byProtocol[name][ending], 0)] as const).filter(([, count]) => count > 0);
  return {
    seed, ...(from > 0 && { from }), ...(protocol && { protocol }), inputs, byProtocol: Object.fromEntries(by), endings: tally.total,
    acknowledged: tally.acknowledgements.mqtt + tally.acknowledgements.http + tally.acknowledgements.coap,
    stored: total?.stored ?? null, quarantined: total?.quarantined ?? null, refused: total ? refused : null, kept: total ? keptOf(total) : null, ledger: total ?? null,
    crashes: target.crashes, longestStallMilliseconds: Math.round(target.longestStall), ledgerDifference: total?.difference ?? null,
    peakRssMegabytes: Math.round(target.peakRss / MEBIBYTE), lastRssMegabytes: Math.round(target.lastRss / MEBIBYTE),
    unstorable: account?.unstorable ?? null, ...(account && account.examples.length > 0 && { unstorableExamples: account.examples }),
    probes: tally.probes.size, series: account?.series ?? null, readings: account?.readings ?? null, seconds: Math.round(seconds * 10) / 10,
  };
}

/** One row a protocol: how its inputs ended. */
export function tableRows(tally: Tally): Array<Record<string, string | number>> {
  const rows = PROTOCOLS.map((protocol) => ({ protocol, ...tally.byProtocol[protocol] })).filter((row) => ENDINGS.some((ending) => row[ending] > 0));
  return [...rows, { protocol: 'all', ...tally.total }];
}

export function tableOf(rows: ReadonlyArray<Record<string, string | number>>): string {
  const names = Object.keys(rows[0] ?? {});
  return [Object.fromEntries(names.map((name) => [name, name])), ...rows].map((row) => names.map((name, place) => (place === 0 ? String(row[name]).padEnd(12) : String(row[name]).padStart(14))).join('')).join('\n');
}

/** Which inputs may have caused a failure, in order of their numbers, where their bytes are, and how to send them again. */
export function whereabouts(options: Options, failure: string, inputs: readonly Input[]): string {
  const first = inputs[0]?.index;
  const last = inputs.at(-1)?.index;
  if (first === undefined || last === undefined) return '';
  const { seed, protocol } = options;
  const named = first === last ? `input ${first}` : `inputs ${first} to ${last}`;
  return ` Under way: seed ${seed}, ${named}; bytes in ${writeInputs(options, failure, inputs)}; again with --seed ${seed} --from ${first} --inputs ${last - first + 1}${protocol ? ` --protocol ${protocol}` : ''}.`;
}

/** @returns the path of the file. */
function writeInputs({ seed }: Options, failure: string, inputs: readonly Input[]): string {
  const path = join(tmpdir(), `holdfast-fuzz-seed-${seed}-input-${inputs[0]?.index ?? 'none'}.json`);
  writeFileSync(path, JSON.stringify({ failure, seed, inputs: inputs.map((input) => ({ index: input.index, protocol: input.protocol, kind: input.kind, hex: hexOf(input) })) }, null, 1), { mode: 0o600 });
  return path;
}
