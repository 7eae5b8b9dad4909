import type { SampleHeader } from './sample.ts';

/*
 * Field by field, because these run once or twice per message and node: an object spread or a loop over keys takes
 * several times as long. The compiler checks that no field of a header is forgotten (`HEADER`).
 */

type Optional = Exclude<keyof SampleHeader, 'id' | 'device' | 'ts' | 'received' | 'tsSource' | 'src'>;

const HEADER: Record<keyof SampleHeader, true> = {
  id: true, device: true, ts: true, received: true, tsSource: true, src: true,
  profile: true, seq: true, historical: true, metrics: true, contract: true, lifecycle: true, anomalies: true, refused: true, trust: true,
};

/** The properties of an envelope or a batch item that have a meaning of their own here; all others pass through. */
const KNOWN: ReadonlySet<string> = new Set([...Object.keys(HEADER), 'v', 'kind', 'values']);

/** Copies the optional fields that are there; `to` has the required ones. Returns how many known header fields `from` has. */
export function copyHeader(from: SampleHeader, to: SampleHeader): number {
  let known = 6;
  if (from.profile !== undefined) { to.profile = from.profile; known++; }
  if (from.seq !== undefined) { to.seq = from.seq; known++; }
  if (from.historical !== undefined) { to.historical = from.historical; known++; }
  if (from.metrics !== undefined) { to.metrics = from.metrics; known++; }
  if (from.contract !== undefined) { to.contract = from.contract; known++; }
  if (from.lifecycle !== undefined) { to.lifecycle = from.lifecycle; known++; }
  if (from.anomalies !== undefined) { to.anomalies = from.anomalies; known++; }
  if (from.refused !== undefined) { to.refused = from.refused; known++; }
  if (from.trust !== undefined) { to.trust = from.trust; known++; }
  return known;
}

/** Makes the header fields of `iot` those of `sample`, touching only what differs. */
export function updateHeader(iot: Record<string, unknown>, sample: SampleHeader): void {
  if (iot['id'] !== sample.id) iot['id'] = sample.id;
  if (iot['device'] !== sample.device) iot['device'] = sample.device;
  if (iot['ts'] !== sample.ts) iot['ts'] = sample.ts;
  if (iot['received'] !== sample.received) iot['received'] = sample.received;
  if (iot['tsSource'] !== sample.tsSource) iot['tsSource'] = sample.tsSource;
  if (iot['src'] !== sample.src) iot['src'] = sample.src;
  if (iot['profile'] !== sample.profile) put(iot, 'profile', sample.profile);
  if (iot['seq'] !== sample.seq) put(iot, 'seq', sample.seq);
  if (iot['historical'] !== sample.historical) put(iot, 'historical', sample.historical);
  if (iot['metrics'] !== sample.metrics) put(iot, 'metrics', sample.metrics);
  if (iot['contract'] !== sample.contract) put(iot, 'contract', sample.contract);
  if (iot['lifecycle'] !== sample.lifecycle) put(iot, 'lifecycle', sample.lifecycle);
  if (iot['anomalies'] !== sample.anomalies) put(iot, 'anomalies', sample.anomalies);
  if (iot['refused'] !== sample.refused) put(iot, 'refused', sample.refused);
  if (iot['trust'] !== sample.trust) put(iot, 'trust', sample.trust);
}

function put(iot: Record<string, unknown>, field: Optional, value: unknown): void {
  if (value === undefined) delete iot[field];
  else iot[field] = value;
}

/** Copies what has no meaning here, so that it is not lost on the way. */
export function copyUnknown(from: object, to: object): void {
  const entries: [string, unknown][] = Object.entries(from);
  for (const [key, value] of entries) {
    if (!KNOWN.has(key) && key !== '__proto__') Object.assign(to, { [key]: value });
  }
}

export function countKeys(object: object): number {
  let count = 0;
  for (const _key in object) count++;
  return count;
}
