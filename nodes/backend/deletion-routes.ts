import { readDeletion } from '../../core/store/read-deletion.ts';
import { WRITE } from './route.ts';
import type { Route } from './route.ts';

/** Deletes readings of a device for good: a person has the right to have that done. */
export function addDeletionRoutes(route: Route): void {
  route('delete', 'readings', WRITE, async (backend, request) => ({ deleted: await backend.store.delete(readDeletion(request.query)) }));
}
