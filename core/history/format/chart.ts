import { numberOf } from '../../store/bucket.ts';
import type { ReadingValue } from '../../sample/sample.ts';
import type { HistoryBlock } from '../result.ts';

/** A point of a line; `y` is null where the line has a gap. `x` is in milliseconds since the epoch. */
export interface Point {
  x: number;
  y: number | null;
}

/** A line of a chart: a series or, where several aggregates were asked for, one of its aggregates. */
export interface Line {
  name: string;
  points: Point[];
}

/** The lines of a block. Truths are drawn as 1 and 0; what is no number is a gap. */
export function linesOf(block: HistoryBlock): Line[] {
  const name = `${block.device} ${block.metric}`;
  if (block.kind === 'readings') return [{ name, points: block.rows.map(({ ts, value }) => ({ x: ts, y: heightOf(value) })) }];
  const aggregates = Object.keys(block.rows[0]?.values ?? {}) as Array<keyof (typeof block.rows)[number]['values']>;
  return aggregates.map((aggregate) => ({
    name: aggregates.length === 1 ? name : `${name} ${aggregate}`,
    points: block.rows.map(({ ts, values }) => ({ x: ts, y: heightOf(values[aggregate] ?? null) })),
  }));
}

function heightOf(value: ReadingValue): number | null {
  return numberOf(value) ?? null;
}

/** What node-red-dashboard's chart takes as `msg.payload` to draw all at once: one element, `data[i]` being the points of `series[i]`. */
export type ChartPayload = [{ series: string[]; data: Point[][]; labels: string[] }];

/** The payload for node-red-dashboard's chart, of blocks as they come: those of one series are one line. Of all blocks it is the whole chart. */
export function chartPayload(blocks: Iterable<HistoryBlock>): ChartPayload {
  const lines = new Map<string, Point[]>();
  for (const { name, points } of [...blocks].flatMap(linesOf)) {
    const line = lines.get(name);
    if (line) for (const point of points) line.push(point);
    else lines.set(name, points);
  }
  return [{ series: [...lines.keys()], data: [...lines.values()], labels: [''] }];
}
