import type { Quarantine, QuarantineEntry, QuarantineFilter } from '../../../../core/quarantine/quarantine.ts';

/** Entries in memory, with what the review of a quarantine asks of one. */
export class MemoryQuarantine implements Pick<Quarantine, 'list' | 'count' | 'drop'> {
  entries: QuarantineEntry[];

  constructor(entries: readonly QuarantineEntry[]) {
    this.entries = [...entries];
  }

  list(filter: QuarantineFilter, { limit, before = Infinity }: { limit: number; before?: number }): ReturnType<Quarantine['list']> {
    const found = this.entries.filter((entry) => entry.id < before && meets(entry, filter)).toSorted((one, other) => other.id - one.id);
    const entries = found.slice(0, limit);
    const last = entries.at(-1);
    return { entries, ...(found.length > limit && last && { next: last.id }) };
  }

  count(filter: QuarantineFilter): Promise<number> {
    return Promise.resolve(this.entries.filter((entry) => meets(entry, filter)).length);
  }

  drop(filter: QuarantineFilter): Promise<number> {
    const before = this.entries.length;
    this.entries = this.entries.filter((entry) => !meets(entry, filter));
    return Promise.resolve(before - this.entries.length);
  }
}

/** An entry of a press whose sample broke its contract. */
export function entryOf(id: number, more: Partial<QuarantineEntry> = {}): QuarantineEntry {
  return {
    id, reason: 'contract', detail: 'The field "temperature" is 300, above its maximum of 200. Send a number up to 200.', device: 'press-1', principal: 'press-1', via: 'mqtt', topic: 'devices/press-1/telemetry',
    channel: 'gateway', received: 1_000 * id, quarantined: 1_000 * id + 1, payload: Buffer.from('{"temperature":300}'), format: 'auto', ...more,
  };
}

function meets(entry: QuarantineEntry, { ids, upTo = Infinity, reason, device, contract, from = -Infinity, to = Infinity }: QuarantineFilter): boolean {
  return (
    (ids === undefined || ids.includes(entry.id)) && entry.id <= upTo && (reason === undefined || entry.reason === reason) && (device === undefined || entry.device === device) &&
    (contract === undefined || entry.contract?.id === contract) && entry.received >= from && entry.received < to
  );
}
