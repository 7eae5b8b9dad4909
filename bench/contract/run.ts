/**
 * `npm run bench:contract`: what it takes to check samples by a contract, and whether a text that makes a pattern backtrack holds up the others.
 *
 *   npm run bench:contract -- [--checks n]
 *
 * See bench/README.md for what is measured.
 */
import { parseArgs } from 'node:util';
import { compileContract } from '../../core/contract/index.ts';
import type { Values } from '../../core/sample/sample.ts';
import { positive } from '../options.ts';

const { values: given } = parseArgs({ options: { checks: { type: 'string', default: '1000000' } } });
const checks = Math.ceil(positive('checks', given.checks));

const DANGEROUS = '^(a+)+$';
const properties = {
  temperature: { type: 'number', minimum: -40, maximum: 300 },
  humidity: { type: 'number', minimum: 0, maximum: 100 },
  'motor.rpm': { type: 'integer', minimum: 0 },
  running: { type: 'boolean' },
  mode: { enum: ['auto', 'manual'] },
  serial: { type: 'string', pattern: '^[A-Z]{2}\\d{4}$' },
  note: { type: 'string', pattern: DANGEROUS },
};
const contract = compileContract({ id: 'press', version: 1, schema: { type: 'object', properties, required: ['temperature'], additionalProperties: false } });
const good: Values = { temperature: 21.4, humidity: 50, 'motor.rpm': 1450, running: true, mode: 'auto', serial: 'AB1234' };
const backtracking = (length: number): Values => ({ temperature: 21.4, note: `${'a'.repeat(length)}!` });

/** Nanoseconds that each check of a good sample took, with every tenth followed by another sample. */
function goodChecks(between?: Values): Float64Array {
  const times = new Float64Array(checks);
  for (let index = 0; index < checks; index += 1) {
    if (between && index % 10 === 0) contract.check(between);
    const start = process.hrtime.bigint();
    contract.check(good);
    times[index] = Number(process.hrtime.bigint() - start);
  }
  return times.sort();
}

const at = (times: Float64Array, share: number): number => times[Math.floor(share * (times.length - 1))] ?? 0;

/** Microseconds for one call, over many. */
function each(calls: number, call: () => unknown): number {
  const start = performance.now();
  for (let index = 0; index < calls; index += 1) call();
  return ((performance.now() - start) / calls) * 1_000;
}

goodChecks();
const perSample = each(checks, () => contract.check(good));
const readingsPerSecond = Math.round((Object.keys(good).length / perSample) * 1e6);
console.log(`a sample of ${Object.keys(good).length} readings that meets the contract: ${perSample.toFixed(3)} µs, ${readingsPerSecond.toLocaleString('en')} readings/s on one core`);

const rows = [['no other', undefined], ['40 a and a !', backtracking(40)], ['1,023 a and a !', backtracking(1_023)]] as const;
const figures = rows.map(([between, values]) => {
  const times = goodChecks(values);
  return { between, p50: at(times, 0.5), p99: at(times, 0.99), ownMicroseconds: values ? each(1_000, () => contract.check(values)) : 0 };
});
console.log(`\n${DANGEROUS} on every tenth sample | check of the others, p50 | p99 | its own check`);
for (const { between, p50, p99, ownMicroseconds } of figures) console.log(`${between} | ${p50} ns | ${p99} ns | ${ownMicroseconds.toFixed(1)} µs`);

const expression = new RegExp(DANGEROUS, 'u');
const alone = [20, 22, 24].map((length) => ({ length, milliseconds: each(1, () => expression.test(`${'a'.repeat(length)}!`)) / 1_000 }));
console.log(`\nV8 alone on it: ${alone.map(({ length, milliseconds }) => `${length} a ${milliseconds.toFixed(1)} ms`).join(', ')}; twice as long with each further one`);
console.log(JSON.stringify({ readingsPerSecond, perSampleMicroseconds: perSample, others: figures, v8Alone: alone }));
