/**
 * `npm run bench:quality`: what it costs to judge the readings of a fleet by its contract and by all quality tests.
 *
 *   npm run bench:quality -- [--devices n] [--samples n] [--metrics n]
 *
 * See bench/README.md for what is measured and what is not.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { positive } from '../options.ts';
import { fleetOf, FleetTraffic, readingsIn } from './fleet.ts';
import { bytesByTest, memoryByPlan } from './memory.ts';
import { nanosecondsByTest, speedOf, worksOn } from './speed.ts';
import type { Speed } from './speed.ts';

const RATE_GOAL = 250_000;
const BYTES_GOAL = 1024;
const WHOLE = 'the contract and all tests';
/** Long enough for every window of every test to be full. */
const SAMPLES_FOR_MEMORY = 200;
/** Enough to tell tests apart, each of which is weighed by itself. */
const METRICS_BY_TEST = 2_000;

const { values: given } = parseArgs({
  options: { devices: { type: 'string', default: '60' }, samples: { type: 'string', default: '2000' }, metrics: { type: 'string', default: '10000' }, work: { type: 'string' } },
});
const write = (line: string): void => void process.stdout.write(`${line}\n`);
const rounded = (value: number, digits = 0): string => value.toLocaleString('en-US', { maximumFractionDigits: digits });

const fleet = fleetOf(Math.ceil(positive('devices', given.devices)));
const traffic = new FleetTraffic(fleet);
const samples = Array.from({ length: Math.ceil(positive('samples', given.samples)) }, () => traffic.next()).flat();
const readings = readingsIn(samples);
const works = worksOn(fleet);

if (given.work !== undefined) {
  const work = works.get(given.work);
  if (!work) throw new Error(`There is no work "${given.work}".`);
  write(JSON.stringify(speedOf(work, samples)));
  process.exit();
}

/** In a process of its own, so that what was compiled for one does not slow the next. */
function measured(work: string): Speed {
  const { devices, samples: count } = given;
  return JSON.parse(execFileSync(process.execPath, [import.meta.filename, '--devices', devices, '--samples', count, '--work', work], { encoding: 'utf8' })) as Speed;
}

write(`Node ${process.version}, one of ${availableParallelism()} cores of ${cpus()[0]?.model ?? 'unknown'}`);
write(`${fleet.length} devices, ${rounded(samples.length)} samples, ${rounded(readings)} readings\n`);

const speeds = Array.from(works.keys(), (name) => ({ name, ...measured(name) }));
write('| what | ns a reading | readings/s/core |\n|---|---|---|');
for (const { name, nanoseconds, rate } of speeds) write(`| ${name} | ${rounded(nanoseconds, 1)} | ${rounded(rate)} |`);

const byTest = nanosecondsByTest(fleet, samples);
write('\n| test | ns a reading |\n|---|---|');
for (const [name, nanoseconds] of byTest) write(`| ${name} | ${rounded(nanoseconds, 1)} |`);

const metrics = positive('metrics', given.metrics);
const memory = memoryByPlan(metrics, SAMPLES_FOR_MEMORY);
write('\n| bytes a metric | in memory | on disk |\n|---|---|---|');
write(`| all tests | ${rounded(memory.all.heap)} | ${rounded(memory.all.snapshot)} |`);
write(`| the tests that run by themselves | ${rounded(memory.usual.heap)} | ${rounded(memory.usual.snapshot)} |`);
write(`| no test | ${rounded(memory.none.heap)} | ${rounded(memory.none.snapshot)} |`);

const heapByTest = bytesByTest(Math.min(metrics, METRICS_BY_TEST), SAMPLES_FOR_MEMORY, memory.none);
write('\n| a test alone | bytes a metric in memory, beside those without a test |\n|---|---|');
for (const [name, bytes] of Array.from(heapByTest).sort(([, one], [, other]) => other - one)) write(`| ${name} | ${rounded(bytes)} |`);

const rate = speeds.find(({ name }) => name === WHOLE)?.rate ?? 0;
const goals = {
  readingsPerSecondPerCore: { goal: RATE_GOAL, reached: Math.round(rate), met: rate >= RATE_GOAL },
  bytesPerMetric: { goal: BYTES_GOAL, reached: Math.round(memory.all.heap), met: memory.all.heap <= BYTES_GOAL },
  bytesPerMetricByThemselves: { goal: BYTES_GOAL, reached: Math.round(memory.usual.heap), met: memory.usual.heap <= BYTES_GOAL },
};
write(`\n${JSON.stringify({
  readings,
  nanosecondsPerReading: Object.fromEntries(speeds.map(({ name, nanoseconds }) => [name, Math.round(nanoseconds * 10) / 10])),
  nanosecondsByTest: Object.fromEntries(Array.from(byTest, ([name, nanoseconds]) => [name, Math.round(nanoseconds * 10) / 10])),
  bytesPerMetric: Object.fromEntries(Object.entries(memory).map(([name, { heap, snapshot }]) => [name, { heap: Math.round(heap), snapshot: Math.round(snapshot) }])),
  bytesByTest: Object.fromEntries(Array.from(heapByTest, ([name, bytes]) => [name, Math.round(bytes)])),
  goals,
})}`);
