import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { systemClock } from '../../core/clock/clock.ts';
import { ConfigError, HoldfastError, messageOf } from '../../core/errors/holdfast-error.ts';
import { readHistoryQuery } from '../../core/history/read-query.ts';
import { runningBackend } from '../backend/running-backend.ts';
import { readConfig } from '../harness/config.ts';
import { withEnvironment } from '../harness/try-it.ts';
import { CONFIG, questionOf } from './config.ts';
import { preview } from './preview.ts';
import type { PreviewAnswer } from './preview-answer.ts';

const BODY_LIMIT = 256 * 1024;

/** The route behind "Preview": POST the settings as they stand in the dialog, deployed or not, get the beginning of what they come to. */
export function addPreviewRoute(RED: NodeAPI): void {
  RED.httpAdmin.post('/holdfast-history/:id/preview', RED.auth.needsPermission('holdfast-history.read'), (request: Request, response: Response) => {
    const gone = new AbortController();
    response.on('close', () => gone.abort(new Error('Nobody waits for the preview now.')));
    void answer(RED, request, gone.signal).then(
      (body) => response.json(body),
      (error: unknown) => {
        if (!gone.signal.aborted) response.status(error instanceof HoldfastError ? 400 : 500).json({ error: messageOf(error) });
      },
    );
  });
}

async function answer(RED: NodeAPI, request: Request, signal: AbortSignal): Promise<PreviewAnswer> {
  const saved: unknown = request.body;
  if (typeof saved !== 'object' || saved === null || JSON.stringify(saved).length > BODY_LIMIT) throw new ConfigError('', 'The settings could not be read. Send those of the node as a JSON object.');
  const config = readConfig(CONFIG, withEnvironment(RED, RED.nodes.getNode(String(request.params['id'])), saved));
  if (config.backend === '' || config.backend === '_ADD_') throw new ConfigError('backend', 'No backend is chosen. Choose one, deploy the flow and try again.');
  const { store, registry } = runningBackend(RED, config.backend);
  const query = readHistoryQuery(questionOf(config), { now: systemClock.now() });
  return preview(query, { store, registry, clock: systemClock }, signal);
}
