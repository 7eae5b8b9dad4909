import { chartPayload } from '../../core/history/format/chart.ts';
import { csvColumns, csvHeader, csvLines } from '../../core/history/format/csv.ts';
import { flatRows } from '../../core/history/format/flat-row.ts';
import { jsonLines } from '../../core/history/format/json-lines.ts';
import { uiChartPoints } from '../../core/history/format/ui-chart.ts';
import type { HistoryQuery } from '../../core/history/query.ts';
import { timeZone } from '../../core/history/time/time-zone.ts';
import type { OutputForm } from './config.ts';
import type { Part } from './parts.ts';

/** `msg.payload` for a part of an answer; only the first part of CSV has the header. */
export function payloadOf(form: OutputForm, { blocks }: Part, query: HistoryQuery, isFirst: boolean): unknown {
  const columns = csvColumns(query);
  const zone = timeZone(query.timeZone);
  switch (form) {
    case 'chart':
      return blocks.flatMap(uiChartPoints);
    case 'series':
      return chartPayload(blocks);
    case 'table':
      return blocks.flatMap((block) => flatRows(block, zone));
    case 'csv':
      return [isFirst ? csvHeader(columns) : '', ...blocks.map((block) => csvLines(block, columns, zone))].join('');
    case 'json-lines':
      return blocks.map((block) => jsonLines(block, zone)).join('');
  }
}

/** Whether the payload is a text, which core nodes put together as texts. */
export function isText(form: OutputForm): boolean {
  return form === 'csv' || form === 'json-lines';
}
