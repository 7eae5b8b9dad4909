import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { METRICS } from '../load.ts';
import { Child } from './child.ts';
import type { RunningSystem, System } from './system.ts';

/** The plain script of `floor.ts`, in a process of its own. */
export const floor: System = {
  name: 'floor',
  title: 'plain script, no Node-RED',
  load: { warmUp: 20_000 },
  async start(directory: string): Promise<RunningSystem> {
    const file = join(directory, 'floor.db');
    const child = new Child('The floor script', process.execPath, [join(import.meta.dirname, '..', 'floor.ts'), '--file', file]);
    const ready = await child.waitFor(/"port":(\d+)/);
    const database = new DatabaseSync(file, { readOnly: true, timeout: 2000 });
    const count = database.prepare('SELECT count(*) AS rows FROM readings');
    const waiting = database.prepare('SELECT EXISTS (SELECT 1 FROM inbox) AS waiting');
    return {
      port: Number(ready[1]),
      pids: [child.pid],
      logins: [],
      countStored: () => Number(count.get()?.['rows']) / METRICS.length,
      settled: () => waiting.get()?.['waiting'] === 0,
      problems: () => [],
      async stop() {
        database.close();
        await child.stop();
      },
    };
  },
};
