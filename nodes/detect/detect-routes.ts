import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { readMetrics } from '../../core/anomaly/device/device-plan.ts';
import type { DetectionPreview } from '../../core/anomaly/preview/answer.ts';
import { previewDetection } from '../../core/anomaly/preview/preview-detection.ts';
import { systemClock } from '../../core/clock/clock.ts';
import { ConfigError, HoldfastError, messageOf } from '../../core/errors/holdfast-error.ts';
import { QUALITY } from '../../core/sample/sample.ts';
import type { Store } from '../../core/store/store.ts';
import { runningBackend } from '../backend/running-backend.ts';
import { readConfig } from '../harness/config.ts';
import { withEnvironment } from '../harness/try-it.ts';
import { CONFIG } from './config.ts';

const MOST_DAYS = 60;
/** Of the series that have the newest readings, so many are asked for a number. */
const LOOKED_AT = 50;

/** The route behind the chart in the dialog: which episodes each sensitivity would have made of what is stored. It changes nothing. */
export function addDetectRoutes(RED: NodeAPI): void {
  // One after the other: each works in slices, and the slices of many at once would add up.
  let before: Promise<unknown> = Promise.resolve();
  RED.httpAdmin.post('/holdfast-detect/preview', RED.auth.needsPermission('holdfast-detect.read'), (request: Request, response: Response) => {
    const gone = new AbortController();
    response.on('close', () => gone.abort(new Error('Nobody waits for the preview now.')));
    const body: unknown = request.body;
    const mine = before.then(() => preview(RED, typeof body === 'object' && body !== null ? { ...body } : {}, gone.signal));
    before = mine.catch(() => undefined);
    void mine.then(
      (answered) => response.json(answered),
      (error: unknown) => {
        if (!gone.signal.aborted) response.status(error instanceof HoldfastError ? 400 : 500).json({ error: messageOf(error) });
      },
    );
  });
}

async function preview(RED: NodeAPI, body: Record<string, unknown>, signal: AbortSignal): Promise<DetectionPreview> {
  signal.throwIfAborted();
  const { backend, metrics, minimumQuality } = readConfig(CONFIG, withEnvironment(RED, undefined, body));
  if (backend === '' || backend === '_ADD_') throw new ConfigError('backend', 'No backend is chosen. Choose one, deploy the flow and try again.');
  const { store } = runningBackend(RED, backend);
  const watched = readMetrics(metrics);
  const asked = { device: textIn(body, 'device'), metric: textIn(body, 'metric') };
  const { device, metric } = asked.device !== '' && asked.metric !== '' ? asked : await fittingSeries(asked, store, (name) => watched.size === 0 || watched.has(name));
  return previewDetection({ device, metric, days: daysIn(body), minimumQuality: QUALITY[minimumQuality] }, { store, clock: systemClock, signal });
}

/** What a person has not chosen is chosen for them: numbers that came lately. */
async function fittingSeries(asked: { device: string; metric: string }, store: Pick<Store, 'series' | 'latest'>, watched: (metric: string) => boolean): Promise<{ device: string; metric: string }> {
  const series = (await store.series(asked.device === '' ? undefined : [asked.device])).filter(({ metric }) => (asked.metric === '' ? watched(metric) : metric === asked.metric));
  for (const { device, metric } of series.sort((one, other) => other.newest - one.newest).slice(0, LOOKED_AT)) {
    const latest = await store.latest(device);
    if (Object.hasOwn(latest, metric) && typeof latest[metric]?.value === 'number') return { device, metric };
  }
  return asked;
}

function daysIn({ days = 7 }: Record<string, unknown>): number {
  const number = typeof days === 'string' ? Number(days) : days;
  if (typeof number === 'number' && number > 0 && number <= MOST_DAYS) return number;
  throw new ConfigError('days', `days is ${JSON.stringify(days)?.slice(0, 40)}. Give a number above 0, and at most ${MOST_DAYS}.`);
}

function textIn(body: Record<string, unknown>, field: string): string {
  const value = body[field];
  return typeof value === 'string' ? value.trim() : '';
}
