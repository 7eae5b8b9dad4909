import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePorts } from '../../support/node-red-process.ts';
import { cleanEnvironment, root } from './installed-package.ts';

/** Node-RED with a plain settings file on a user directory, without anything of this repository's own. */
export interface PlainNodeRed {
  /** Everything it has logged so far. */
  log(): string;
  /** Asks the admin API. */
  get(pathAndQuery: string, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

const START_LIMIT = 60_000;

/** Only what Node-RED would otherwise warn of, so that a warning in the log is the package's own. */
function plainSettings(port: number): object {
  return {
    uiHost: '127.0.0.1',
    uiPort: port,
    flowFile: 'flows.json',
    credentialSecret: randomBytes(16).toString('hex'),
    editorTheme: { projects: { enabled: false } },
    telemetry: { enabled: false },
  };
}

/** Starts Node-RED from the repository's development dependencies and waits until its flows have started. */
export async function startPlainNodeRed(userDirectory: string): Promise<PlainNodeRed> {
  const [port = 0] = await freePorts(1);
  const settings = path.join(userDirectory, 'settings.js');
  writeFileSync(settings, `module.exports = ${JSON.stringify(plainSettings(port))};\n`);
  const program = path.join(root, 'node_modules', 'node-red', 'red.js');
  const child = spawn(process.execPath, [program, '--settings', settings, '--userDir', userDirectory], {
    cwd: userDirectory,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let running = true;
  void ended.then(() => (running = false));

  const stop = async () => {
    child.kill('SIGTERM');
    const forced = setTimeout(killAtExit, 15_000);
    await ended;
    clearTimeout(forced);
    process.off('exit', killAtExit);
  };

  const limit = performance.now() + START_LIMIT;
  while (!/Started flows/.test(log) || !/Server now running/.test(log)) {
    if (!running || performance.now() > limit) {
      await stop();
      throw new Error(`Node-RED did not start:\n${log}`);
    }
    await wait(50);
  }
  return {
    log: () => log,
    get: (pathAndQuery, headers = {}) => fetch(`http://127.0.0.1:${port}${pathAndQuery}`, { headers, signal: AbortSignal.timeout(15_000) }),
    stop,
  };
}
