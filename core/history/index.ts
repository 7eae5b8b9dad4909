/** Histories: a question checked (`readHistoryQuery`), answered (`runHistory`) and written in a format. */
export { FIELDS } from './api/field-descriptions.ts';
export { csvOf } from './format/csv.ts';
export { chartPayload, linesOf } from './format/chart.ts';
export type { ChartPayload, Line, Point } from './format/chart.ts';
export { flatRows } from './format/flat-row.ts';
export type { FlatRow } from './format/flat-row.ts';
export { jsonOf } from './format/json.ts';
export { jsonLinesOf } from './format/json-lines.ts';
export { uiChartPoints } from './format/ui-chart.ts';
export type { UiChartPoint } from './format/ui-chart.ts';
export { HistoryLimitError, HistoryQueryError, HistoryTimeoutError } from './history-error.ts';
export * from './query.ts';
export { readHistoryQuery } from './read-query.ts';
export type { ReadOptions } from './read-query.ts';
export type { BucketRow, BucketsBlock, GapRow, HistoryAnswer, HistoryBlock, Notice, ReadingRow, ReadingsBlock } from './result.ts';
export { runHistory } from './run-history.ts';
export type { RunOptions } from './run-history.ts';
