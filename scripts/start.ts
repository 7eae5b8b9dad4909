import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * `npm start`: checks what can be checked, builds if needed, and becomes Node-RED in the same process, so that one
 * process id is the whole backend. Further arguments go to Node-RED: `npm start -- --safe`.
 */
const root = join(import.meta.dirname, '..');

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 7)) {
  process.stderr.write(`Holdfast's own start needs Node.js 24.7 or newer, and this is ${process.versions.node}. Run "npm ci" and then "npm start", which brings a Node.js that fits.\n`);
  process.exit(1);
}

// Loaded only now: an older Node.js could not even read these modules and would say so in its own words.
const { HoldfastError, messageOf } = await import('../core/errors/holdfast-error.ts');
const { readEnvironment } = await import('../core/install/environment.ts');
const { usesOwnMqttPort } = await import('../core/install/flow-file.ts');
const { prepareDirectory } = await import('../core/install/home-directory.ts');
const { checkPortIsFree } = await import('../core/install/listen-check.ts');
const { buildIfNeeded } = await import('./build.ts');

try {
  const { home, port, mqttPort } = readEnvironment(process.env, join(root, '.holdfast'));
  prepareDirectory(home);
  await checkPortIsFree({ port, variable: 'PORT', user: 'the editor' });
  if (usesOwnMqttPort(home, join(root, 'flows', 'quick-start.json'))) {
    await checkPortIsFree({ port: mqttPort, variable: 'HOLDFAST_MQTT_PORT', user: 'the MQTT gateway' });
  }
  await buildIfNeeded().catch((error: unknown) => {
    throw new HoldfastError('HOLDFAST_BUILD', `The build failed, so there is nothing to start. ${messageOf(error)}`, { cause: error });
  });

  const require = createRequire(import.meta.url);
  const nodeRed = require.resolve('node-red/red.js');
  process.argv = [process.execPath, nodeRed, '--settings', join(root, 'settings.ts'), '--userDir', home, ...process.argv.slice(2)];
  // settings.ts prepares the rest of the home; Node-RED itself stops the flows on SIGTERM and SIGINT and then exits.
  require(nodeRed);
} catch (error) {
  if (!(error instanceof HoldfastError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
