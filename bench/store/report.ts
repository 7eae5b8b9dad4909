/** The tables for people and the line for programs. */
import { table } from '../table.ts';
import type { OpenFigures } from './open-trial.ts';
import type { AskFigures, LoadFigures, RealFigures } from './trial.ts';

export interface Figures {
  name: string;
  title: string;
  load: LoadFigures;
  /** This and the next: undefined where it is only written to. */
  ask: AskFigures | undefined;
  /** Undefined also where the data sets are missing. */
  real: RealFigures | undefined;
}

export interface Results {
  systems: Figures[];
  opening: OpenFigures | undefined;
}

/** What the store is to reach, and what it reached; undefined where something it is compared with was not run. */
export interface Verdict {
  goal: string;
  figure: number | undefined;
  unit: string;
  met: boolean | undefined;
}

/** One column of the table, and one key of the last line. */
interface Column {
  key: string;
  title: string;
  digits: number;
  of(figures: Figures): number | undefined;
}

const COLUMNS: readonly Column[] = [
  { key: 'rowsPerSecond', title: 'rows/s', digits: 0, of: ({ load }) => load.rows / load.seconds },
  { key: 'cpuMicrosecondsPerRow', title: 'CPU us/row', digits: 2, of: ({ load }) => load.cpuMicroseconds / load.rows },
  { key: 'bytesPerRow', title: 'bytes/row', digits: 2, of: ({ load }) => load.bytes / load.rows },
  { key: 'bytesPerRowOfRealSeries', title: 'bytes/row real', digits: 2, of: ({ real }) => real && real.bytes / real.rows },
  { key: 'range900Milliseconds', title: 'range 900 ms', digits: 2, of: ({ ask }) => ask?.range900 },
  { key: 'buckets1MMilliseconds', title: '500 of 1 M ms', digits: 1, of: ({ ask }) => ask?.buckets1M },
  { key: 'buckets10MMilliseconds', title: '500 of 10 M ms', digits: 1, of: ({ ask }) => ask?.buckets10M },
  { key: 'latestMilliseconds', title: 'latest ms', digits: 1, of: ({ ask }) => ask?.latest },
  { key: 'loadPeakRssMegabytes', title: 'RSS writing MB', digits: 0, of: ({ load }) => load.peakRssMegabytes },
  { key: 'askPeakRssMegabytes', title: 'RSS asking MB', digits: 0, of: ({ ask }) => ask?.peakRssMegabytes },
];

/** What the last line holds: by figure and system, then the goals. */
export interface Summary {
  figures: Record<string, Record<string, number | null>>;
  opening: OpenFigures | null;
  goals: Array<{ goal: string; figure: number | null; met: boolean | null }>;
}

/** The goals of the store, each with what it came to. */
export function goals({ systems, opening }: Results): Verdict[] {
  const [ours, plain, single, duckdb] = ['ours', 'sqlite', 'sqlite-single', 'duckdb'].map((name) => systems.find((each) => each.name === name));
  const ratio = (over: Figures | undefined, under: Figures | undefined, of: (figures: Figures) => number | undefined): number | undefined => {
    const [above, below] = [over && of(over), under && of(under)];
    return above === undefined || below === undefined ? undefined : above / below;
  };
  const atLeast = (goal: string, least: number, figure: number | undefined): Verdict => ({ goal, figure, unit: 'x', met: figure === undefined ? undefined : figure >= least });
  const atMost = (goal: string, most: number, figure: number | undefined, unit = 'x'): Verdict => ({ goal, figure, unit, met: figure === undefined ? undefined : figure <= most });
  return [
    atLeast('rows/s at least 50 times those of plain SQLite, 1,000 rows a transaction', 50, ratio(ours, plain, ({ load }) => load.rows / load.seconds)),
    atLeast('rows/s at least 50 times those of plain SQLite, a transaction for each row', 50, ratio(ours, single, ({ load }) => load.rows / load.seconds)),
    atLeast('a row of telemetry takes at most 1/15 of the bytes of plain SQLite', 15, ratio(plain, ours, ({ load }) => load.bytes / load.rows)),
    atLeast('a row of the real series takes at most 1/8 of the bytes of plain SQLite', 8, ratio(plain, ours, ({ real }) => real && real.bytes / real.rows)),
    atLeast('500 buckets of 1 M readings at least 10 times as fast as plain SQLite', 10, ratio(plain, ours, ({ ask }) => ask?.buckets1M)),
    atLeast('500 buckets of 10 M readings at least 10 times as fast as plain SQLite', 10, ratio(plain, ours, ({ ask }) => ask?.buckets10M)),
    atMost('500 buckets of 10 M readings in at most twice the time of DuckDB', 2, ratio(ours, duckdb, ({ ask }) => ask?.buckets10M)),
    atMost('asking takes at most a tenth of the memory of DuckDB, above an idle process', 0.1, ratio(ours, duckdb, ({ ask }) => ask && ask.peakRssMegabytes - ask.idleRssMegabytes)),
    atMost('open in less than 2 s after a kill -9', 2, opening && opening.milliseconds / 1_000, 's'),
  ];
}

export function summarize({ systems, opening }: Results, verdicts: readonly Verdict[]): Summary {
  const rounded = (value: number | undefined, digits: number): number | null => (value === undefined ? null : Number(value.toFixed(digits)));
  return {
    figures: Object.fromEntries(COLUMNS.map(({ key, digits, of }) => [key, Object.fromEntries(systems.map((each) => [each.name, rounded(of(each), digits)]))])),
    opening: opening ?? null,
    goals: verdicts.map(({ goal, figure, met }) => ({ goal, figure: rounded(figure, 3), met: met ?? null })),
  };
}

export function render({ systems, opening }: Results, verdicts: readonly Verdict[]): string {
  const cell = (value: number | undefined, digits: number): string => (value === undefined ? 'not run' : value.toFixed(digits));
  const figures = systems.length === 0 ? [] : [table([['system', ...COLUMNS.map(({ title }) => title)], ...systems.map((each) => [each.name, ...COLUMNS.map(({ of, digits }) => cell(of(each), digits))])])];
  const open = opening ? [`Opened after a kill -9 with ${(opening.readings / 1e6).toFixed(1)} M readings (${(opening.bytes / 1e6).toFixed(0)} MB) in ${opening.milliseconds.toFixed(0)} ms, ${opening.peakRssMegabytes.toFixed(0)} MB RSS.`] : [];
  const judged = table(verdicts.map(({ goal, figure, unit, met }) => [goal, figure === undefined ? '' : `${figure.toFixed(2)} ${unit}`, met === undefined ? 'not run' : met ? 'met' : 'not met']));
  return [...figures, ...open, judged, ...notes(systems)].join('\n\n');
}

function notes(systems: readonly Figures[]): string[] {
  const free = systems.filter(({ load }) => load.freeBytes > 0).map(({ name, load }) => `${name}: its file has ${(load.freeBytes / 1e6).toFixed(0)} MB of free pages besides, which are used again.`);
  const rows = systems.map(({ name, load }) => `${name}: ${(load.rows / 1e6).toFixed(2)} M rows in ${load.seconds.toFixed(1)} s.`);
  const answers = systems.flatMap(({ name, ask }) => (ask ? [{ name, digest: ask.answers }] : []));
  const differ = new Set(answers.map(({ digest }) => digest)).size > 1 ? [`The systems did not answer alike: ${answers.map(({ name, digest }) => `${name} ${digest}`).join(', ')}.`] : [];
  const lines = [...rows, ...free, ...differ];
  return lines.length === 0 ? [] : [lines.join('\n')];
}
