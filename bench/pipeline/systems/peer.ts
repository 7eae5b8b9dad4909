import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { METRICS } from '../load.ts';
import { AHEAD, startMosquitto } from './mosquitto.ts';
import { problemsOf, startNodeRed } from './node-red.ts';
import { peerFlow } from './peer-flow.ts';
import { installPeers } from './peer-install.ts';
import type { Load, RunningSystem, System } from './system.ts';

/** Rows only, without any index: the cheapest table there is for an INSERT. */
const TABLE = 'CREATE TABLE readings (device TEXT, metric TEXT, ts INTEGER, value REAL)';

function peer(name: string, title: string, load: Load, options: { wal: boolean; batch: boolean }): System {
  return {
    name,
    title,
    load,
    async start(directory: string): Promise<RunningSystem> {
      const modules = installPeers();
      const file = join(directory, 'peer.db');
      const database = new DatabaseSync(file, { timeout: 5000 });
      if (options.wal) database.exec('PRAGMA journal_mode = WAL');
      database.exec(TABLE);
      const last = database.prepare('SELECT max(rowid) AS rows FROM readings');

      const { child: mosquitto, port } = await startMosquitto(directory);
      try {
        const flow = peerFlow({ brokerPort: port, database: file, batch: options.batch });
        const nodeRed = await startNodeRed({ modules, userDir: join(directory, 'user'), flow });
        await nodeRed.waitFor(/Connected to broker/);
        return {
          port,
          pids: [nodeRed.pid, mosquitto.pid],
          logins: [],
          countStored: () => Number(last.get()?.['rows'] ?? 0) / METRICS.length,
          problems: () => problemsOf(nodeRed),
          async stop() {
            database.close();
            await nodeRed.stop();
            await mosquitto.stop();
          },
        };
      } catch (error) {
        await mosquitto.stop();
        throw error;
      }
    },
  };
}

const NODES = 'Mosquitto, mqtt in, json, function, sqlite';

export const peerDefault = peer('peer-default', `${NODES}: defaults`, { ahead: AHEAD, warmUp: 500 }, { wal: false, batch: false });
export const peerWal = peer('peer-wal', `${NODES}: WAL`, { ahead: AHEAD, warmUp: 2_000 }, { wal: true, batch: false });
export const peerBatch = peer('peer-batch', `${NODES}: WAL, join 500`, { ahead: AHEAD, warmUp: 10_000 }, { wal: true, batch: true });
