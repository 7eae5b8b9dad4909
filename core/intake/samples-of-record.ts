import { decodeJson } from '../decode/index.ts';
import { readFlowRecord } from './flow-records.ts';
import type { InboxRecord } from '../inbox/record.ts';
import { sampleIds } from '../sample/identity.ts';
import type { Sample, Source } from '../sample/sample.ts';

/**
 * The samples that an inbox record holds. The same record always makes the same samples with the same ids, so that a
 * redelivery is recognised.
 *
 * @param position of the record in the inbox: the id of a sample that has neither sequence nor time of its own.
 * @throws DecodeError when the bytes are no readings.
 */
export function samplesOfRecord(record: InboxRecord, position: number, profile: string): Sample[] {
  const decoded = record.via === 'flow' ? [readFlowRecord(record.payload)] : decodeJson(record.payload, record.received);
  const ids = sampleIds(record.device, decoded, record.payload, `${record.device}/p${position}`);
  return decoded.map((one, index) => {
    const sample: Sample = {
      id: ids[index] ?? `${record.device}/p${position}-${index}`,
      device: record.device,
      ts: one.ts ?? record.received,
      received: record.received,
      tsSource: one.ts === undefined ? 'server' : 'device',
      src: sourceOf(record),
      values: one.values,
    };
    if (profile !== '') sample.profile = profile;
    if (one.seq !== undefined) sample.seq = one.seq;
    if (one.metrics !== undefined) sample.metrics = one.metrics;
    return sample;
  });
}

function sourceOf({ via, topic, principal, device }: InboxRecord): Source {
  const source: Source = { via };
  if (topic !== '') source.topic = topic;
  if (principal !== '') source.principal = principal;
  if (principal !== '' && principal !== device) source.gateway = principal;
  return source;
}
