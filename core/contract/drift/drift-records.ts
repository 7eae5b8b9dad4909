import type { Deviation, Drift, DriftKind } from './drift.ts';

interface Occurrence {
  contract: { id: string; version: number };
  deviation: Deviation;
  device: string;
  firmware: string;
  ts: number;
}

const DAY = 86_400_000;
const MOST_DEVICES = 100;
const MOST_DRIFTS = 200;
const KINDS: readonly DriftKind[] = ['new', 'missing', 'type', 'unit'];

/**
 * The drifts of one contract: one a kind and metric. Bounded: beyond two hundred only those make room that have been gone for a day, so that a device
 * which makes names up floods nobody.
 */
export class DriftRecords {
  readonly #records = new Map<string, { drift: Drift; devices: Set<string> }>();
  #untold = 0;

  /** @param snapshot what `snapshot` gave; what cannot be read of it is told anew. */
  constructor(snapshot?: unknown) {
    if (!Array.isArray(snapshot)) return;
    for (const entry of snapshot as unknown[]) {
      if (typeof entry !== 'object' || entry === null || !('drift' in entry) || !('devices' in entry) || !isDrift(entry.drift) || !Array.isArray(entry.devices)) continue;
      this.#records.set(keyOf(entry.drift), { drift: entry.drift, devices: new Set(entry.devices.map(String)) });
    }
  }

  /** Samples that drifted in ways for which there was no room. */
  get untold(): number {
    return this.#untold;
  }

  /** @returns the drift when it is to be told: it is new, or was gone for a day. */
  note({ contract, deviation, device, firmware, ts }: Occurrence): Drift | undefined {
    const key = keyOf(deviation);
    const known = this.#records.get(key);
    if (known && ts - known.drift.last < DAY) {
      known.drift.last = Math.max(known.drift.last, ts);
      known.drift.samples += 1;
      if (known.devices.size < MOST_DEVICES) known.drift.devices = known.devices.add(device).size;
      return undefined;
    }
    if (!known && this.#records.size >= MOST_DRIFTS && !this.#makeRoom(ts)) {
      this.#untold += 1;
      return undefined;
    }
    const drift: Drift = { ...deviation, contract: { ...contract }, device, firmware, ts, last: ts, devices: 1, samples: 1 };
    this.#records.set(key, { drift, devices: new Set([device]) });
    return drift;
  }

  /** The newest first. */
  list(): Drift[] {
    return Array.from(this.#records.values(), ({ drift }) => ({ ...drift })).toSorted((one, other) => other.ts - one.ts);
  }

  /** Plain JSON. */
  snapshot(): unknown {
    return Array.from(this.#records.values(), ({ drift, devices }) => ({ drift, devices: [...devices] }));
  }

  /** Map keeps the order of insertion: what was told first is looked at first. */
  #makeRoom(ts: number): boolean {
    for (const [key, { drift }] of this.#records) if (ts - drift.last >= DAY) return this.#records.delete(key);
    return false;
  }
}

function keyOf({ kind, metric }: Pick<Deviation, 'kind' | 'metric'>): string {
  return `${kind} ${metric}`;
}

function isDrift(value: unknown): value is Drift {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, metric, ts, last, device, samples, contract }: Record<string, unknown> = { ...value };
  return KINDS.some((one) => one === kind) && typeof metric === 'string' && typeof device === 'string' && Number.isFinite(ts) && Number.isFinite(last) && Number.isFinite(samples) && typeof contract === 'object' && contract !== null;
}
