/** The tables for people. */
import { table } from '../table.ts';
import type { EventFigures, Figures } from './figures.ts';
import type { Verdict } from './goals.ts';
import { byProfile } from './nab.ts';
import type { ByProfile } from './nab.ts';
import type { NabFigures } from './nab-figures.ts';
import { GROUNDS } from './speed.ts';
import type { SpeedJudge, Speeds } from './speed.ts';

/** The figures of each judge by the name of its row. */
export type Rows = ReadonlyArray<readonly [name: string, figures: Figures]>;

const NOT_RUN = 'not run';

function cell(value: number | undefined, digits: number): string {
  return value === undefined ? NOT_RUN : value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** What each judge reaches on NAB, under each way to choose a threshold. */
export function nabTable(rows: Rows): string {
  const lines = rows.flatMap(([name, { nab }]) => (nab ? nabLines(name, nab) : []));
  return table([['NAB', 'standard', 'low FP', 'low FN'], ...lines]);
}

function nabLines(name: string, { shipped, swept, crossValidated }: NabFigures): string[][] {
  const line = (what: string, of: ByProfile<string>): string[] => [`${name}: ${what}`, of.standard, of.lowFalsePositives, of.lowFalseNegatives];
  const scores = (what: string, of: ByProfile<number>): string[] => line(what, byProfile((_, profile) => cell(of[profile], 1)));
  const sweeps = (what: string, of: NabFigures['swept']['points']): string[] => line(what, byProfile((_, profile) => `${cell(of[profile].score, 1)} at ${cell(of[profile].threshold, 2)}`));
  return [
    scores('its own threshold, starts of episodes', shipped.episodes),
    scores('its own threshold, every anomalous point', shipped.points),
    sweeps('best threshold, starts of episodes', swept.episodes),
    sweeps('best threshold, every point', swept.points),
    ...Object.entries(crossValidated ?? {}).flatMap(([chosen, of]) => Object.entries(of).map(([detections, spread]) => line(
      `cross-validated ${chosen === 'threshold' ? 'threshold' : 'threshold and parts'}, ${detections}`,
      byProfile((_, profile) => `${cell(spread[profile].mean, 1)} (${cell(spread[profile].least, 1)} to ${cell(spread[profile].most, 1)})`),
    ))),
  ];
}

/** What each judge reaches on the other sets. */
export function eventTable(rows: Rows): string {
  const events = (figures: EventFigures | undefined): string[] => [cell(figures?.shipped.f1, 3), cell(figures?.shipped.precision, 3), cell(figures?.shipped.recall, 3), figures ? `${cell(figures.best.f1, 3)} at ${cell(figures.best.threshold, 2)}` : NOT_RUN];
  return table([
    ['other sets', 'UCR', 'WSD F1', 'precision', 'recall', 'best F1', 'AIOPS F1', 'precision', 'recall', 'best F1', 'clean', 'WSD outside'],
    ...rows.map(([name, { ucr, wsd, aiops, clean }]) => [name, cell(ucr?.share, 3), ...events(wsd), ...events(aiops), cell(clean.withoutEvent, 2), cell(clean.outsideEvents, 2)]),
  ]);
}

/** What each part of a judge reaches alone, with the threshold that is best for it. */
export function partTable({ nab, ucr, wsd, aiops }: Figures): string {
  const names = new Set([nab, ucr, wsd, aiops].flatMap((figures) => Object.keys(figures?.parts ?? {})));
  return table([
    ['part alone', 'NAB episodes', 'NAB points', 'UCR', 'WSD best F1', 'AIOPS best F1'],
    ...Array.from(names).sort().map((name) => [name, cell(nab?.parts[name]?.episodes, 1), cell(nab?.parts[name]?.points, 1), cell(ucr?.parts[name], 3), cell(wsd?.parts[name], 3), cell(aiops?.parts[name], 3)]),
  ]);
}

export function speedTable(speeds: Speeds): string {
  const judges: SpeedJudge[] = ['full', 'lite', 'ewma'];
  return table([
    ['speed', 'points/s/core', 'times the EWMA', 'bytes', 'snapshot bytes'],
    ...GROUNDS.flatMap((ground) => judges.map((judge) => {
      const { pointsPerSecond, timesEwma, bytes, snapshotBytes } = speeds[ground][judge];
      return [`${judge}, ${ground} series`, cell(pointsPerSecond, 0), cell(timesEwma, 1), cell(bytes, 0), cell(snapshotBytes, 0)];
    })),
  ]);
}

export function goalTable(verdicts: readonly Verdict[]): string {
  return table([['goal', 'reached', ''], ...verdicts.map(({ goal, figure, met }) => [goal, cell(figure, figure !== undefined && figure >= 100 ? 0 : 3), met === undefined ? '' : met ? 'met' : 'not met'])]);
}
