/** The table for people and the line for programs. */
import type { Figures } from './trial.ts';

/** The last line of the output. Keys within are the names of the systems; ratios are null where one side was not run. */
export interface Summary {
  messagesPerSecond: Record<string, number>;
  cpuMicrosecondsPerMessage: Record<string, number>;
  peakRssMegabytes: Record<string, number>;
  acknowledgedButNotStored: Record<string, number>;
  ratios: Record<string, number | null>;
}

const OURS = ['ours-batch', 'ours-single', 'ours-http', 'ours-coap', 'ours-subscriber'] as const;
const PEERS = ['peer-default', 'peer-wal', 'peer-batch'] as const;

/** `oursBatchToPeerWal`, `oursBatchCpuToFloor`. */
function key(over: string, ...under: string[]): string {
  return [over, ...under.slice(0, -1), 'to', ...under.slice(-1)].join('-').replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function per(figures: readonly Figures[], value: (figure: Figures) => number, digits: number): Record<string, number> {
  return Object.fromEntries(figures.map((figure) => [figure.name, rounded(value(figure), digits)]));
}

/** The figures as the record that the last line holds. */
export function summarize(figures: readonly Figures[]): Summary {
  const find = (name: string): Figures | undefined => figures.find((figure) => figure.name === name);
  const ratio = (over: string, under: string, value: (figure: Figures) => number): number | null => {
    const [above, below] = [find(over), find(under)];
    return above && below ? rounded(value(above) / value(below), 2) : null;
  };
  const rate = (figure: Figures): number => figure.messagesPerSecond;
  const cpu = (figure: Figures): number => figure.cpuMicrosecondsPerMessage;
  return {
    messagesPerSecond: per(figures, rate, 0),
    cpuMicrosecondsPerMessage: per(figures, cpu, 2),
    peakRssMegabytes: per(figures, (figure) => figure.peakRssMegabytes, 0),
    acknowledgedButNotStored: per(figures, (figure) => figure.lost, 0),
    ratios: Object.fromEntries<number | null>([
      ...OURS.flatMap((over) => PEERS.map((under) => [key(over, under), ratio(over, under, rate)] as const)),
      ...OURS.map((over) => [key(over, 'cpu', 'floor'), ratio(over, 'floor', cpu)] as const),
    ]),
  };
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ');
  return rows.map(line).join('\n');
}

/** The tables: figures of each system, then how many times the throughput of the column's system the row's has. */
export function render(figures: readonly Figures[]): string {
  const main = table([
    ['system', 'messages/s', 'CPU us/message', 'peak RSS MB', 'stored', 'seconds', 'ack p50 ms', 'ack p99 ms', 'publisher cores'],
    ...figures.map((figure) => [
      figure.name,
      figure.messagesPerSecond.toFixed(0),
      figure.cpuMicrosecondsPerMessage.toFixed(1),
      figure.peakRssMegabytes.toFixed(0),
      figure.messages.toFixed(0),
      figure.seconds.toFixed(2),
      figure.latencyP50Milliseconds.toFixed(1),
      figure.latencyP99Milliseconds.toFixed(1),
      figure.publisherCores.toFixed(2),
    ]),
  ]);
  const against = (title: string, value: (over: Figures, under: Figures) => number): string =>
    table([
      [title, ...figures.map((figure) => figure.name)],
      ...figures.map((row) => [row.name, ...figures.map((column) => (row === column ? '' : value(row, column).toFixed(2)))]),
    ]);
  const notes = figures.flatMap((figure) => [
    ...(figure.lost > 0 ? [`${figure.name}: ${figure.lost} acknowledged messages were never stored.`] : []),
    ...(figure.publisherCores > 0.9 ? [`${figure.name}: the publisher used ${figure.publisherCores.toFixed(2)} of a core; it may have been the bottleneck.`] : []),
    ...figure.problems.map((problem) => `${figure.name} logged: ${problem}`),
  ]);
  return [
    main,
    against('throughput, row / column', (over, under) => over.messagesPerSecond / under.messagesPerSecond),
    against('CPU a message, row / column', (over, under) => over.cpuMicrosecondsPerMessage / under.cpuMicrosecondsPerMessage),
    ...(notes.length > 0 ? [notes.join('\n')] : []),
  ].join('\n\n');
}
