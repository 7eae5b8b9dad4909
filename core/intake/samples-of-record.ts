import { DecodeError, decodePayload } from '../decode/index.ts';
import type { DecodeContext, Decoded } from '../decode/index.ts';
import { excerpt } from '../decode/limits.ts';
import { readFlowRecord } from './flow-records.ts';
import type { InboxRecord } from '../inbox/record.ts';
import { forwardsItself } from '../registry/sending-rights.ts';
import { sampleIds } from '../sample/identity.ts';
import type { Profile } from '../profile/profile.ts';
import type { MetricInfo, Sample, Source } from '../sample/sample.ts';

/**
 * The samples that an inbox record holds. The same record always makes the same samples with the same ids, so that a
 * redelivery is recognised.
 *
 * @param position of the record in the inbox: the id of a sample that has neither sequence nor time of its own.
 * @param profile the name of the device's profile, empty when it has none; `declared`: what is declared of it.
 * @throws DecodeError when the bytes are no readings.
 */
export function samplesOfRecord(record: InboxRecord, position: number, profile: string, declared?: Profile): Sample[] {
  const decoded = record.via === 'flow' ? [readFlowRecord(record.payload)] : decodePayload(record.payload, contextOf(record, declared));
  if (record.format === 'forwarded') refuseOtherDevices(record, decoded);
  return meantOf(record, samplesOf(record, decoded, record.released?.position ?? position, profile));
}

/** Of a record that was driven in again, the sample that is meant where it is one alone. */
export function meantOf({ released }: InboxRecord, samples: Sample[]): Sample[] {
  return released?.sample === undefined ? samples : samples.slice(released.sample, released.sample + 1);
}

/** The samples of a record that has been decoded. */
function samplesOf(record: InboxRecord, decoded: readonly Decoded[], position: number, profile: string): Sample[] {
  const ids = sampleIds(record.device, decoded, record.payload, `${record.device}/p${position}`);
  return decoded.map((one, index) => sampleOf(record, one, idOf(record, one) ?? ids[index] ?? `${record.device}/p${position}-${index}`, profile));
}

/** The id that a sample came with: one of a flow keeps it. */
function idOf(record: InboxRecord, one: Decoded): string | undefined {
  return record.via === 'flow' ? one.id : forwardedId(record, one);
}

/** The id that a sample had where it was forwarded. One that is a position in that inbox is told apart from those of this one. */
function forwardedId({ device, principal }: InboxRecord, { id }: Decoded): string | undefined {
  if (id === undefined) return undefined;
  return id.startsWith(`${device}/s`) || id.startsWith(`${device}/t`) ? id : `${id}@${principal}`;
}

/** Of whom a sample is was checked at the door; one that may not be sent stands in the account of who sent it, and goes to quarantine. */
function refuseOtherDevices({ device, principal }: InboxRecord, decoded: readonly Decoded[]): void {
  if (decoded.some((one) => one.device === principal)) throw new DecodeError('type', forwardsItself(principal));
  const other = decoded.find((one) => one.device !== device)?.device;
  if (other !== undefined) throw new DecodeError('type', `The sample is of ${excerpt(other)}, for which ${principal} may not send. List it among the devices that ${principal} sends for.`);
}

/** One sample of a record, of the record's device. */
export function sampleOf(record: InboxRecord, one: Decoded, id: string, profile: string): Sample {
  const sample: Sample = {
    id,
    device: record.device,
    ts: one.ts ?? record.received,
    received: record.received,
    tsSource: one.ts === undefined ? 'server' : (one.tsSource ?? 'device'),
    src: sourceOf(record),
    values: one.values,
  };
  if (profile !== '') sample.profile = profile;
  if (one.seq !== undefined) sample.seq = one.seq;
  if (one.metrics !== undefined) sample.metrics = one.metrics;
  if (one.historical === true || record.released !== undefined) sample.historical = true;
  if (record.conflated) flagConflated(sample);
  return sample;
}

function contextOf({ received, format = 'auto' }: InboxRecord, profile: Profile | undefined): DecodeContext {
  // What a device's profile says counts where the protocol did not say anything.
  const context: DecodeContext = { received, format: format === 'auto' ? (profile?.format ?? 'auto') : format };
  if (profile) context.profile = profile;
  return context;
}

function flagConflated(sample: Sample): void {
  const metrics: Record<string, MetricInfo> = { ...sample.metrics };
  for (const name in sample.values) metrics[name] = { ...metrics[name], flags: [...(metrics[name]?.flags ?? []), 'conflated'] };
  sample.metrics = metrics;
}

function sourceOf({ via, topic, principal, device }: InboxRecord): Source {
  const source: Source = { via };
  if (topic !== '') source.topic = topic;
  if (principal !== '') source.principal = principal;
  if (principal !== '' && principal !== device) source.gateway = principal;
  return source;
}
