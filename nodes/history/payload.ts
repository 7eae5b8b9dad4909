import { chartPayload, csvOf, flatRows, uiChartPoints } from '../../core/history/index.ts';
import type { HistoryBlock, HistoryQuery } from '../../core/history/index.ts';
import { timeZone } from '../../core/history/time-zone.ts';
import type { OutputForm } from './config.ts';
import type { Part } from './parts.ts';

/** `msg.payload` for a part of an answer; only the first part of CSV has the header. */
export async function payloadOf(form: OutputForm, { blocks }: Part, query: HistoryQuery, isFirst: boolean): Promise<unknown> {
  const zone = timeZone(query.timeZone);
  switch (form) {
    case 'chart':
      return blocks.flatMap(uiChartPoints);
    case 'series':
      return chartPayload(blocks);
    case 'table':
      return blocks.flatMap((block) => flatRows(block, zone));
    case 'csv':
      return csv(blocks, query, isFirst);
    case 'json-lines':
      return blocks.flatMap((block) => flatRows(block, zone)).map((row) => `${JSON.stringify(row)}\n`).join('');
  }
}

/** Whether the payload is a text, which core nodes put together as texts. */
export function isText(form: OutputForm): boolean {
  return form === 'csv' || form === 'json-lines';
}

async function csv(blocks: readonly HistoryBlock[], query: HistoryQuery, withHeader: boolean): Promise<string> {
  const texts: string[] = [];
  for await (const text of csvOf(inTurn(blocks), query)) texts.push(text);
  return texts.slice(withHeader ? 0 : 1).join('');
}

async function* inTurn<Item>(items: readonly Item[]): AsyncGenerator<Item, void> {
  yield* items;
}
