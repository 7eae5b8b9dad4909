import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import type { Backend } from '../../core/backend/backend.ts';
import { HoldfastError, messageOf } from '../../core/errors/holdfast-error.ts';
import { runningBackend } from './running-backend.ts';

/** Adds what a backend answers, as JSON, below `/holdfast-backend/<id of its node>/`, for users with a permission. */
export type Route = (method: 'get' | 'post' | 'patch' | 'delete', path: string, permission: string, answer: (backend: Backend, request: Request) => unknown) => void;

export const READ = 'holdfast-backend.read';
export const WRITE = 'holdfast-backend.write';

/** What adds routes to Node-RED's admin API. */
export function routesOf(RED: NodeAPI): Route {
  return (method, path, permission, answer) => {
    RED.httpAdmin[method](`/holdfast-backend/:id/${path}`, RED.auth.needsPermission(permission), async (request: Request, response: Response) => {
      try {
        response.json((await answer(runningBackend(RED, String(request.params['id'])), request)) ?? {});
      } catch (error) {
        response.status(error instanceof HoldfastError ? 400 : 500).json({ error: messageOf(error) });
      }
    });
  };
}
