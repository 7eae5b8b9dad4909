import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { systemClock } from '../../core/clock/clock.ts';
import { ConfigError, HoldfastError, messageOf } from '../../core/errors/holdfast-error.ts';
import { judgeHistory, MOST_JUDGED } from '../../core/quality/judge-history.ts';
import { proposeThresholds } from '../../core/quality/learn/propose-thresholds.ts';
import { storedReadings } from '../../core/quality/learn/stored-readings.ts';
import { runningBackend } from '../backend/running-backend.ts';
import { readConfig } from '../harness/config.ts';
import { withEnvironment } from '../harness/try-it.ts';
import type { JudgedHistory, Proposals } from './answers.ts';
import { CONFIG, plansOf } from './config.ts';

interface Asked {
  device: string;
  metric: string;
  from: number;
  to: number;
}

const PERIODS: Readonly<Record<string, number>> = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000, month: 30 * 86_400_000 };

/** The routes behind "What is stored" in the dialog: what these settings say of it, and which thresholds it proposes. Both change nothing. */
export function addQualityRoutes(RED: NodeAPI): void {
  const route = (path: string, answer: (body: Record<string, unknown>) => Promise<unknown>): void => {
    RED.httpAdmin.post(`/holdfast-quality/${path}`, RED.auth.needsPermission('holdfast-quality.write'), (request: Request, response: Response) => {
      const body: unknown = request.body;
      answer(typeof body === 'object' && body !== null ? { ...body } : {}).then(
        (answered) => response.json(answered),
        (error: unknown) => response.status(error instanceof HoldfastError ? 400 : 500).json({ error: messageOf(error) }),
      );
    });
  };

  route('propose', async (body): Promise<Proposals> => {
    const { device, metric, from, to } = askedIn(body);
    const { store } = runningBackend(RED, textIn(body, 'backend'));
    return proposeThresholds(() => storedReadings({ device, metric, from, to }, store), { clock: systemClock });
  });
  route('judge', async (body): Promise<JudgedHistory> => {
    const { device, metric, from, to } = askedIn(body);
    const config = readConfig(CONFIG, withEnvironment(RED, undefined, body));
    const { store, registry, profiles } = runningBackend(RED, config.backend);
    const plan = plansOf(config, profiles).of(registry.find(device)?.profile);
    const judged = await judgeHistory({ device, metrics: [metric], from, to }, { store, clock: systemClock, plan });
    const readings = judged.get(metric) ?? [];
    return { from, to, readings, isCut: readings.length >= MOST_JUDGED, tests: plan.of(metric).verdicts.names };
  });
}

function askedIn(body: Record<string, unknown>): Asked {
  const period = textIn(body, 'period');
  const length = Object.hasOwn(PERIODS, period) ? PERIODS[period] : undefined;
  if (length === undefined) throw new ConfigError('period', `period is "${period.slice(0, 40)}". Choose one of: ${Object.keys(PERIODS).join(', ')}.`);
  const [device, metric] = [textIn(body, 'device'), textIn(body, 'metric')];
  if (device === '') throw new ConfigError('device', 'No device is given. Enter the one whose readings are to be looked at.');
  if (metric === '') throw new ConfigError('metric', 'No metric is given. Enter the one whose readings are to be looked at.');
  const now = systemClock.now();
  return { device, metric, from: now - length, to: now + 1 };
}

function textIn(body: Record<string, unknown>, field: string): string {
  const value = body[field];
  return typeof value === 'string' ? value.trim() : '';
}
