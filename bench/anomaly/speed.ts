/** How fast the judges are, one beside the other in the same run. */
import { Worker } from 'node:worker_threads';
import type { JudgeName } from './judges.ts';
import { ask } from './pool.ts';
import type { SetName } from './series.ts';

/** What a speed is measured on: a long simulated season, or parts of real series. */
export const GROUNDS = ['seasonal', 'real'] as const;
export type Ground = (typeof GROUNDS)[number];

export interface SpeedTask {
  judge: JudgeName;
  ground: Ground;
  /** The data sets that are there. */
  sets: readonly SetName[];
}

export interface SpeedAnswer {
  points: number;
  /** Of the CPU, of all threads of the process. */
  microseconds: number;
  /** The largest state, in memory and as JSON. */
  bytes: number;
  snapshotBytes: number;
}

export interface SpeedFigures {
  pointsPerSecond: number;
  /** By how many times a point takes longer than one of the plain EWMA; the median of the rounds. */
  timesEwma: number;
  bytes: number;
  snapshotBytes: number;
}

const JUDGES = ['full', 'lite', 'ewma'] as const;
export type SpeedJudge = (typeof JUDGES)[number];
export type Speeds = Record<Ground, Record<SpeedJudge, SpeedFigures>>;

/**
 * Lets the judges take turns, so many rounds after one that is not counted, and takes the median of each. Each has a
 * thread of its own, so that what was compiled for one does not slow the next; no two run at the same time.
 */
export async function measureSpeeds(sets: readonly SetName[], rounds: number): Promise<Speeds> {
  const workers = JUDGES.map((judge) => ({ judge, worker: new Worker(new URL('speed-worker.ts', import.meta.url)) }));
  try {
    const on = async (ground: Ground): Promise<Record<SpeedJudge, SpeedFigures>> => {
      const answers: Record<SpeedJudge, SpeedAnswer[]> = { full: [], lite: [], ewma: [] };
      for (let round = 0; round <= rounds; round += 1) {
        for (const { judge, worker } of workers) {
          const answer = await ask<SpeedAnswer>(worker, { judge, ground, sets } satisfies SpeedTask);
          if (round > 0) answers[judge].push(answer);
        }
      }
      const of = (judge: SpeedJudge): SpeedFigures => figuresOf(answers[judge], answers.ewma);
      return { full: of('full'), lite: of('lite'), ewma: of('ewma') };
    };
    return { seasonal: await on('seasonal'), real: await on('real') };
  } finally {
    await Promise.all(workers.map(({ worker }) => worker.terminate()));
  }
}

function figuresOf(answers: readonly SpeedAnswer[], yardstick: readonly SpeedAnswer[]): SpeedFigures {
  const each = (answer: SpeedAnswer | undefined): number => (answer ? answer.microseconds / answer.points : NaN);
  return {
    pointsPerSecond: 1e6 / median(answers.map(each)),
    timesEwma: median(answers.map((answer, round) => each(answer) / each(yardstick[round]))),
    bytes: Math.max(...answers.map(({ bytes }) => bytes)),
    snapshotBytes: Math.max(...answers.map(({ snapshotBytes }) => snapshotBytes)),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? NaN;
}
