import type { HistoryBlock } from '../result.ts';
import { linesOf } from './chart.ts';
import type { Point } from './chart.ts';

/** A point for the ui-chart of FlowFuse Dashboard 2.0: in its dialog, Series is the key `series`, X the key `x`, Y the key `y`. */
export interface UiChartPoint extends Point {
  series: string;
}

/** The points of a block, which ui-chart takes as an array in `msg.payload`; several arrays, one after the other, make one chart. */
export function uiChartPoints(block: HistoryBlock): UiChartPoint[] {
  return linesOf(block).flatMap(({ name, points }) => points.map(({ x, y }) => ({ series: name, x, y })));
}
