import { QUALITY } from '../../sample/sample.ts';
import type { Store, StoredReading } from '../../store/store.ts';
import type { ReadingSlice } from './series-learner.ts';

/** Of which metric of a device, and of which event times: `from` is included, `to` is not. */
export interface GoodHistory {
  device: string;
  metric: string;
  from: number;
  to: number;
}

/** About two milliseconds of reading. */
const PAGE = 2000;

/**
 * The good readings that are stored of a metric, those that nobody judged among them, the oldest first. One that was altered counts as it
 * came, and what is no number is left out. Everything else has its turn between the pages.
 */
export async function* storedReadings({ device, metric, from, to }: GoodHistory, store: Pick<Store, 'range'>): AsyncGenerator<ReadingSlice, void> {
  for (let start = from; start < to;) {
    const page: StoredReading[] = await store.range({ device, metric, from: start, to, limit: PAGE, minimumQuality: QUALITY.unknown });
    const times: number[] = [];
    const values: number[] = [];
    for (const { ts, value, raw } of page) {
      const number = typeof raw === 'number' ? raw : value;
      if (typeof number !== 'number') continue;
      times.push(ts);
      values.push(number);
    }
    yield { times, values };
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    start = last.ts + 1;
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}
