import { FORMATS } from '../decode/format.ts';
import type { InboxRecord } from '../inbox/record.ts';
import type { RefusalReason } from '../sample/sample.ts';
import { VIA } from '../sample/via.ts';
import type { QuarantineEntry } from './quarantine.ts';

/** The columns that an entry is made of. */
export const CONTENT = 'id, sample, only, channel, device, principal, via, topic, received, reason, detail, reasons, contract, version, quarantined, format, payload';
/** Those that are needed besides to drive it in again. */
export const RECORD = `${CONTENT}, origin, conflated`;

type Row = Record<string, unknown>;

/** An entry of its row. */
export function entryOf(row: Row): QuarantineEntry {
  const entry: QuarantineEntry = {
    id: Number(row['id']),
    reason: String(row['reason']),
    detail: String(row['detail']),
    device: String(row['device']),
    principal: String(row['principal']),
    via: viaOf(row),
    topic: String(row['topic']),
    channel: String(row['channel']),
    received: Number(row['received']),
    quarantined: Number(row['quarantined']),
    payload: payloadOf(row),
    format: formatOf(row),
  };
  const sample = sampleOf(row);
  if (sample !== undefined) entry.sample = sample;
  if (typeof row['reasons'] === 'string') entry.reasons = JSON.parse(row['reasons']) as RefusalReason[];
  if (typeof row['contract'] === 'string') entry.contract = { id: row['contract'], version: Number(row['version']) };
  return entry;
}

/** The record that an entry becomes when it is driven in again at a time, ms since the epoch. */
export function recordOf(row: Row, now: number): InboxRecord {
  const sample = sampleOf(row);
  const record: InboxRecord = {
    received: Number(row['received']),
    via: viaOf(row),
    device: String(row['device']),
    principal: String(row['principal']),
    topic: String(row['topic']),
    payload: payloadOf(row),
    released: { position: Number(row['origin']), at: now, ...(sample !== undefined && { sample }) },
  };
  const format = formatOf(row);
  if (format !== 'auto') record.format = format;
  if (row['conflated'] === 1) record.conflated = true;
  return record;
}

function sampleOf(row: Row): number | undefined {
  const sample = Number(row['sample']);
  if (sample >= 0) return sample;
  return typeof row['only'] === 'number' ? row['only'] : undefined;
}

function viaOf(row: Row): InboxRecord['via'] {
  return VIA.find((via) => via === row['via']) ?? 'flow';
}

function formatOf(row: Row): NonNullable<InboxRecord['format']> {
  return FORMATS.find((format) => format === row['format']) ?? 'auto';
}

function payloadOf(row: Row): Uint8Array {
  return row['payload'] instanceof Uint8Array ? row['payload'] : new Uint8Array();
}
