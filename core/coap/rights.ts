import { isId, type Principal } from '../registry/principal.ts';

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

/** The device that the readings are of, or a sentence that says why this principal may not send them. */
export function deviceOf({ id, kind }: Principal, { device }: Target, isChild: (device: string) => boolean): { device: string } | { forbidden: string } {
  if (kind === 'application') return { forbidden: `${id} is an application and cannot send readings. Sign as a device.` };
  if (kind === 'gateway' && device === undefined) return { forbidden: `The gateway ${id} must say which device it sends for. POST to /devices/<device>/telemetry.` };
  if (device === undefined || (kind === 'device' && device === id) || (kind === 'gateway' && isChild(device))) return { device: device ?? id };
  return { forbidden: `${id} may not send for the device ${device}. Sign as that device, or list it as a child of the gateway.` };
}
