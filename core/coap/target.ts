import { isId } from '../registry/principal.ts';

/** Where readings are sent to. Without a device they are those of whoever signs. */
export interface Target {
  path: string;
  device: string | undefined;
}

/** `/telemetry` or `/devices/<device>/telemetry`, as the segments of a Uri-Path; undefined for any other. */
export function targetOf(path: readonly string[]): Target | undefined {
  const [first, device, last] = path;
  if (path.length === 1 && first === 'telemetry') return { path: '/telemetry', device: undefined };
  if (path.length !== 3 || first !== 'devices' || last !== 'telemetry' || device === undefined || !isId(device)) return undefined;
  return { path: `/devices/${device}/telemetry`, device };
}
