/** Messages in quarantine, for tests of what people see of it. */
import type { InboxRecord } from '../../core/inbox/record.ts';
import type { QuarantineCause } from '../../core/quarantine/cause.ts';
import { backend } from './node-helper.ts';

export const BROKEN: QuarantineCause = {
  reason: 'contract',
  detail: 'The field "temperature" is 300, above its maximum of 200. Send a number up to 200.',
  reasons: [
    { field: 'temperature', rule: 'maximum', message: 'The field "temperature" is 300, above its maximum of 200. Send a number up to 200.' },
    { field: 'pressure', rule: 'required', message: 'The field "pressure" is missing. Send it with every sample.' },
  ],
  contract: { id: 'press', version: 1 },
};

/** Puts a message of press-1 into quarantine that came to the node `in`; resolves when it is on disk. */
export function quarantine(payload: string | Uint8Array, { cause = BROKEN, channel = 'in', ...more }: Partial<InboxRecord> & { cause?: QuarantineCause; channel?: string } = {}): Promise<void> {
  const device = more.device ?? 'press-1';
  const record: InboxRecord = { received: Date.now(), via: 'mqtt', device, principal: device, topic: `devices/${device}/telemetry`, payload: Buffer.from(payload), ...more };
  return new Promise((resolve, reject) => backend().inbox.condemn(channel, record, cause, (error) => (error ? reject(error) : resolve())));
}
