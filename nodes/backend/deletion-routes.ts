import type { Request } from 'express';
import type { Backend } from '../../core/backend/backend.ts';
import { readDeletion } from '../../core/store/read-deletion.ts';

type Route = (method: 'delete', path: string, permission: string, answer: (backend: Backend, request: Request) => unknown) => void;

/** Deletes readings of a device for good: a person has the right to have that done. */
export function addDeletionRoutes(route: Route): void {
  route('delete', 'readings', 'holdfast-backend.write', async (backend, request) => ({ deleted: await backend.store.delete(readDeletion(request.query)) }));
}
