/** A real Node-RED process with a generated user directory, the same for the peers and for ours. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child, freePort } from './child.ts';

export interface NodeRedOptions {
  /** The node_modules directory that holds node-red. */
  modules: string;
  userDir: string;
  flow: readonly object[];
  /** A directory whose package.json lists nodes to load, as `nodesDir` in the settings. */
  nodesDir?: string;
  env?: Record<string, string>;
}

/** Starts Node-RED without the editor and resolves when it says that the flows have started. */
export async function startNodeRed(options: NodeRedOptions): Promise<Child> {
  mkdirSync(options.userDir, { recursive: true });
  const settings = {
    uiPort: await freePort(),
    uiHost: '127.0.0.1',
    disableEditor: true,
    flowFile: 'flows.json',
    credentialSecret: 'only for this run',
    editorTheme: { projects: { enabled: false } },
    logging: { console: { level: 'info', metrics: false, audit: false } },
    ...(options.nodesDir === undefined ? {} : { nodesDir: options.nodesDir }),
  };
  const settingsFile = join(options.userDir, 'settings.cjs');
  writeFileSync(settingsFile, `module.exports = ${JSON.stringify(settings, undefined, 2)};\n`);
  writeFileSync(join(options.userDir, 'flows.json'), JSON.stringify(options.flow, undefined, 2));
  const child = new Child('Node-RED', process.execPath, [join(options.modules, 'node-red', 'red.js'), '-s', settingsFile, '-u', options.userDir], {
    cwd: options.userDir,
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  try {
    await child.waitFor(/Started flows/);
    const missing = /Waiting for missing types|missing types to be registered/.exec(child.output);
    if (missing) throw new Error(`Node-RED misses node types. It wrote:\n${child.output.slice(-4000)}`);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return child;
}

/** What Node-RED says of any fresh user directory. */
const EXPECTED = /Projects disabled|Encrypted credentials not found/;

/** The lines that Node-RED logged as warnings or errors, each once. */
export function problemsOf(child: Child): string[] {
  const lines = child.output.split('\n').filter((line) => / - \[(?:warn|error)\] /.test(line) && !EXPECTED.test(line));
  return [...new Set(lines.map((line) => line.replace(/^.* - \[(warn|error)\] /, '$1: ')))].slice(0, 5);
}
