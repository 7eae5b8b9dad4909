import type { Entry } from '../../core/forward/entry.ts';
import type { Item } from '../../core/forward/target/target.ts';
import type { TryResult } from '../harness/try-it.ts';
import { httpAddress, isHttp, messagesFor } from './upstream.ts';
import type { UpstreamConfig } from './upstream.ts';

/** What would be sent of a message with these settings, uncompressed. Sends nothing. */
export function tryForward(config: UpstreamConfig, entries: readonly Entry[]): TryResult {
  const kind = entries[0]?.kind ?? 'reading';
  const what = kind === 'alarm' ? 'the alarm' : entries.length === 1 ? 'one sample' : `${entries.length} samples`;
  if (isHttp(config.url)) {
    const address = httpAddress(config.url, config.upstream === 'holdfast');
    return { summary: `Of the last message, ${what} would be sent with POST ${address.href}.`, result: entries.map(lineOf) };
  }
  const messages = messagesFor({ ...config, coding: 'none' })({ kind, items: entries, repeated: false });
  const result = messages.map(({ topic, payload }) => ({ topic, payload: payload.toString().split('\n').map((line): unknown => JSON.parse(line)) }));
  return { summary: `Of the last message, ${what} would be published in ${messages.length === 1 ? 'one message' : `${messages.length} messages`}.`, result };
}

function lineOf({ line }: Pick<Item, 'line'>): unknown {
  return JSON.parse(Buffer.from(line).toString());
}
