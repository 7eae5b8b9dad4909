/**
 * `npm run bench:anomaly`: how well and how fast the detector judges the series of four public data sets, as it is shipped.
 *
 *   npm run bench:anomaly -- [--set nab,ucr,wsd,aiops] [--profile full|lite] [--parts] [--quick] [--splits n] [--threads n]
 *
 * See bench/README.md for what is measured and how.
 */
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { chosen, fail, positive } from '../options.ts';
import { figuresOf } from './figures.ts';
import type { Figures } from './figures.ts';
import { goals } from './goals.ts';
import type { JudgeName } from './judges.ts';
import type { Outcome, Task } from './outcome.ts';
import { spread } from './pool.ts';
import { eventTable, goalTable, nabTable, partTable, speedTable } from './report.ts';
import type { Rows } from './report.ts';
import { isThere, seriesOf, SETS } from './series.ts';
import type { SeriesName, SetName } from './series.ts';
import { measureSpeeds } from './speed.ts';

const { values: given } = parseArgs({
  options: {
    set: { type: 'string' },
    profile: { type: 'string', default: 'full' },
    parts: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    splits: { type: 'string' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
});
const write = (line: string): void => void process.stdout.write(`${line}\n`);
/** Of how many series `--quick` takes one. */
const QUICK_STEP: Record<SetName, number> = { nab: 1, ucr: 6, wsd: 8, aiops: 8 };
const ROUNDS = given.quick ? 1 : 5;

const { profile } = given;
if (profile !== 'full' && profile !== 'lite') fail(`--profile is "${profile}". Give full or lite.`);
const splits = Math.ceil(positive('splits', given.splits ?? (given.quick ? '4' : '20')));
const threads = Math.ceil(positive('threads', given.threads));
const wanted = SETS.filter((set) => chosen(given.set, SETS).includes(set));
const sets = wanted.filter(isThere);
const notRun = wanted.filter((set) => !isThere(set));
if (notRun.length > 0) write(`Not run: ${notRun.join(', ')}, because the data are not in ../shared/data/anomaly. Put them there, or set HOLDFAST_SHARED_DATA to the folder that holds "anomaly".`);
if (sets.length === 0) {
  write(JSON.stringify({ notRun }));
  process.exit();
}

write(`Node ${process.version}, ${threads} of ${availableParallelism()} cores of ${cpus()[0]?.model ?? 'unknown'}; sets ${sets.join(', ')}${given.quick ? ', some of the series' : ''}\n`);
const series = sets.flatMap((set) => seriesOf(set).filter((_, index) => !given.quick || index % QUICK_STEP[set] === 0));
const figures = await judgeAll(profile, series);
const baselines = { 'three-sigma': await judgeAll('three-sigma', series), ewma: await judgeAll('ewma', series) };
const rows: Rows = [[profile, figures], ['3 sigma of the last 100', baselines['three-sigma']], ['EWMA z', baselines.ewma]];

if (figures.nab) write(`${nabTable(rows)}\n`);
write(`${eventTable(rows)}\n`);
if (given.parts) write(`${partTable(figures)}\n`);
const speed = await measureSpeeds(sets, ROUNDS);
write(`${speedTable(speed)}\n`);
const verdicts = goals(given.quick ? { ...figures, ucr: undefined, wsd: undefined, aiops: undefined, clean: { withoutEvent: undefined, outsideEvents: undefined } } : figures, speed);
write(`${goalTable(verdicts)}\n`);
write(JSON.stringify({ profile, quick: given.quick, notRun, ...figures, baselines, speed, goals: verdicts }, rounded));

async function judgeAll(judge: JudgeName, places: readonly SeriesName[]): Promise<Figures> {
  const isOurs = judge === profile;
  const tasks = places.map((place): Task => ({ judge, series: place, byParts: isOurs && (given.parts || place.set === 'nab') }));
  return figuresOf(await spread<Outcome>(new URL('worker.ts', import.meta.url), tasks, threads), splits);
}

/** Four decimals are enough; what was not measured is null. */
function rounded(_key: string, value: unknown): unknown {
  if (value === undefined) return null;
  return typeof value === 'number' ? Math.round(value * 1e4) / 1e4 : value;
}
