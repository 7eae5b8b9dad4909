/** One turn of one judge: a task in, an answer out. */
import { parentPort } from 'node:worker_threads';
import { createRandom } from '../../core/simulator/random.ts';
import { createJudge } from './judges.ts';
import type { JudgeName } from './judges.ts';
import { runOver } from './outcome.ts';
import { readSeries, seriesOf } from './series.ts';
import type { LabelledSeries, SetName } from './series.ts';
import type { Ground, SpeedAnswer, SpeedTask } from './speed.ts';

type Readings = Pick<LabelledSeries, 'times' | 'values'>;

const SEASONAL_POINTS = 120_000;
const STEP = 300_000;
const DAY = 86_400_000;
/** Of each data set the begin of its first series. */
const REAL_POINTS = 30_000;
/** A yardstick that is a thousand times faster must run as long to be measured. */
const LEAST_MICROSECONDS = 200_000;

/** Readings every five minutes of what swings with the day and the week, with noise, and resolved to a hundredth. */
function seasonal(): Readings {
  const random = createRandom(1, 'season');
  const times = Float64Array.from({ length: SEASONAL_POINTS }, (_, at) => at * STEP);
  const values = times.map((time) => {
    const swing = 5 * Math.sin((2 * Math.PI * time) / DAY) + 2 * Math.sin((2 * Math.PI * time) / (7 * DAY));
    return Math.round(100 * (20 + swing + random.normal(0, 0.3))) / 100;
  });
  return { times, values };
}

function real(sets: readonly SetName[]): Readings[] {
  return sets.flatMap((set) => seriesOf(set).slice(0, 1)).map(readSeries).map(({ times, values }) => ({ times: times.slice(0, REAL_POINTS), values: values.slice(0, REAL_POINTS) }));
}

const grounds = new Map<Ground, Readings[]>();

function readingsOf({ ground, sets }: SpeedTask): Readings[] {
  const known = grounds.get(ground) ?? (ground === 'seasonal' ? [seasonal()] : real(sets));
  grounds.set(ground, known);
  return known;
}

function turn(judge: JudgeName, all: readonly Readings[]): SpeedAnswer {
  const answer: SpeedAnswer = { points: 0, microseconds: 0, bytes: 0, snapshotBytes: 0 };
  while (answer.microseconds < LEAST_MICROSECONDS) {
    for (const readings of all) {
      const one = createJudge(judge);
      const before = process.cpuUsage();
      runOver(readings, one, false);
      const { user, system } = process.cpuUsage(before);
      answer.points += readings.times.length;
      answer.microseconds += user + system;
      answer.bytes = Math.max(answer.bytes, one.bytes);
      answer.snapshotBytes = Math.max(answer.snapshotBytes, JSON.stringify(one.snapshot()).length);
    }
  }
  return answer;
}

parentPort?.on('message', (task: SpeedTask) => parentPort?.postMessage(turn(task.judge, readingsOf(task)), []));
