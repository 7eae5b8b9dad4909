import type { Inbox } from '../inbox/inbox.ts';
import type { InboxRecord } from '../inbox/record.ts';
import type { QuarantineCause } from '../quarantine/cause.ts';
import type { Sample } from '../sample/sample.ts';
import { attemptKey } from './attempt-key.ts';
import { flowRecord } from './flow-records.ts';

/**
 * Puts a sample into quarantine that no source brought: a flow made it. Resolves when it is on disk.
 *
 * @param delivery names the delivery that it was made of, where there was one: made again of that, it is the same.
 */
export function quarantineFlowSample({ inbox }: { inbox: Inbox }, sample: Sample, cause: QuarantineCause, delivery?: string): Promise<void> {
  const { device, received } = sample;
  const record: InboxRecord = { via: 'flow', received, device, principal: '', topic: sample.src.topic ?? '', payload: flowRecord(sample) };
  const attempt = delivery === undefined ? undefined : { session: `quarantine:${delivery}`, packet: sample.id, repeated: true, named: true } as const;
  const key = attempt && attemptKey({ ...record, attempt }, inbox.attemptSeed);
  if (key !== undefined && inbox.attempted(key)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const committed = (error?: Error): void => (error ? reject(error) : resolve());
    if (key === undefined || !inbox.awaitAttempt(key, committed)) inbox.condemn('', record, cause, committed, key);
  });
}
