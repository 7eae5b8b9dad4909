/** What a request's target and method ask for. `device` is undefined where the one who sends is the device. */
export type Route =
  | { kind: 'telemetry'; device: string | undefined; path: string }
  | { kind: 'forward'; path: string }
  | { kind: 'health' }
  | { kind: 'method'; allow: string }
  | { kind: 'unknown' };

const TELEMETRY = /^(?:\/devices\/([^/]{1,192}))?\/telemetry$/;

/**
 * Reads a method and a request target: `/devices/<device>/telemetry`, `/telemetry`, `/forward` or `/health`, in origin or absolute form (RFC 9112,
 * section 3.2). A query is ignored.
 */
export function routeOf(method: string | undefined, target: string | undefined): Route {
  const path = pathOf(target ?? '');
  if (path === '/health') return method === 'GET' || method === 'HEAD' ? { kind: 'health' } : { kind: 'method', allow: 'GET, HEAD' };
  if (path === '/forward') return method === 'POST' ? { kind: 'forward', path } : { kind: 'method', allow: 'POST' };
  const match = TELEMETRY.exec(path);
  if (!match) return { kind: 'unknown' };
  const device = match[1] === undefined ? undefined : decoded(match[1]);
  if (device === null) return { kind: 'unknown' };
  return method === 'POST' ? { kind: 'telemetry', device, path } : { kind: 'method', allow: 'POST' };
}

function pathOf(target: string): string {
  const query = target.indexOf('?');
  const path = query === -1 ? target : target.slice(0, query);
  return path.startsWith('/') ? path : path.replace(/^https?:\/\/[^/]*/i, '');
}

function decoded(segment: string): string | null {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
