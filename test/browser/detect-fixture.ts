/** Detect nodes in the editor, and five weeks of a freezer in the store behind them: for the specs, and for the pictures in docs/. */
import { join } from 'node:path';
import { Backend } from '../../core/backend/backend.ts';
import { systemClock } from '../../core/clock/clock.ts';
import type { Sample } from '../../core/sample/sample.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { startFlow } from './fixture.ts';

export const DETECT = 'a000000000000041';
/** Of version 1. */
export const OLDER = 'a000000000000042';
/** Without a backend. */
export const HOMELESS = 'a000000000000043';
const BACKEND = 'b000000000000004';
const MINUTE = 60_000;
const on = (id: string, y: number, more: object): object => ({ id, type: 'holdfast-detect', z: 'f000000000000004', name: '', x: 300, y, wires: [[], []], ...more });
const FLOW = [
  { id: 'f000000000000004', type: 'tab', label: 'Detection' },
  { id: BACKEND, type: 'holdfast-backend', name: 'Data', directory: 'data', version: 1 },
  on(DETECT, 100, { version: 2, backend: BACKEND }),
  on(OLDER, 160, { version: 1, backend: BACKEND, threshold: 12, memory: 500, warmUp: 30, wires: [[]] }),
  on(HOMELESS, 220, { version: 2, backend: '' }),
];

/** Starts Node-RED with them. */
export function startFreezer(): Promise<Holdfast> {
  return startFlow(FLOW, (home) => fillStore(join(home, 'data')));
}

/** Five weeks of a freezer, a reading every five minutes, with a door that stood open and a sensor that once was far off. */
async function fillStore(directory: string): Promise<void> {
  const problem = (error: unknown): void => {
    throw error;
  };
  const backend = Backend.acquire(directory, systemClock, problem);
  const end = Math.floor(systemClock.now() / MINUTE) * MINUTE;
  const count = 35 * 288;
  const samples = Array.from({ length: count }, (_, index): Sample => {
    const ts = end - (count - index) * 5 * MINUTE;
    const noise = ((Math.sin(index * 12.9898) * 43_758.5453) % 1) / 2;
    const open = index > count - 900 && index < count - 870 ? 9 : index === count - 400 ? 25 : 0;
    const temperature = Math.round((-18 + 1.2 * Math.sin((2 * Math.PI * ts) / 86_400_000) + noise + open) * 100) / 100;
    const voltage = Math.round((40 + 3 * noise) * 10) / 10;
    return { id: `freezer-1/${ts}`, device: 'freezer-1', ts, received: ts, tsSource: 'device', src: { via: 'mqtt' }, values: { temperature, voltage }, metrics: { temperature: { unit: 'Cel' } } };
  });
  await new Promise<void>((resolve, reject) => backend.store.write(samples, (error) => (error ? reject(error) : resolve())));
  backend.release(problem);
}
