import type { Backend } from '../../core/backend/backend.ts';
import { Backups, backupsBase } from '../../core/maintenance/backups.ts';
import { READ, WRITE } from './route.ts';
import type { Route } from './route.ts';

/** By directory: a backup goes on while the flows are deployed anew. */
const backups = new Map<string, Backups>();

/**
 * Backups of a running backend. Where they go is never up to the request: below HOLDFAST_BACKUPS, or beside the directory of the
 * backend; the request gives at most a name.
 */
export function addBackupRoutes(route: Route): void {
  route('post', 'backup', WRITE, (backend, request) => {
    const body: unknown = request.body;
    const name = typeof body === 'object' && body !== null && 'name' in body ? body.name : undefined;
    return { name: backupsOf(backend).start(name) };
  });
  route('get', 'backup', READ, (backend) => backupsOf(backend).status());
}

function backupsOf({ directory, clock }: Backend): Backups {
  const known = backups.get(directory);
  if (known) return known;
  const made = new Backups({ directory, base: backupsBase(directory, process.env['HOLDFAST_BACKUPS']), clock });
  backups.set(directory, made);
  return made;
}
