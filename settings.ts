import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from './core/clock/clock.ts';
import { HoldfastError } from './core/errors/holdfast-error.ts';
import { createAuthenticator } from './core/install/authenticator.ts';
import { readEnvironment } from './core/install/environment.ts';
import type { Environment } from './core/install/environment.ts';
import { prepareHome } from './core/install/home.ts';
import type { Home } from './core/install/home.ts';
import { loginBox } from './core/install/login-box.ts';

/**
 * Node-RED's settings for this repository: closed where Node-RED is open by default. `npm start` uses it, and
 * `node-red -s settings.ts` works as well, once the nodes are built. What each setting means:
 * nodered.org/docs/user-guide/runtime/configuration.
 */
const root = import.meta.dirname;

// Node-RED writes credentials, sessions and context without naming permissions: nobody else is to read them.
process.umask(0o077);

const { environment, home } = prepare();
const authenticator = createAuthenticator(environment.home, (sentence) => process.stderr.write(`${sentence}\n`));

// The flows name these variables, so that they need no path or port of this machine.
process.env['HOLDFAST_DATA'] = home.dataDirectory;
process.env['HOLDFAST_MQTT_PORT'] = String(environment.mqttPort);
process.env['HOLDFAST_MQTT_URL'] = `mqtt://127.0.0.1:${environment.mqttPort}`;

function prepare(): { environment: Environment; home: Home } {
  try {
    const variables = readEnvironment(process.env, join(root, '.holdfast'));
    // Flows can read every variable of the process: the password is not theirs to know.
    delete process.env['HOLDFAST_ADMIN_PASSWORD'];
    if (!existsSync(join(root, 'dist'))) throw new HoldfastError('HOLDFAST_NOT_BUILT', 'The nodes are not built yet. Run "npm run build" first, or use "npm start", which does it by itself.');
    const prepared = prepareHome({
      ...variables,
      quickStartFile: join(root, 'flows', 'quick-start.json'),
      showPassword: (password) => process.stdout.write(loginBox(`http://127.0.0.1:${variables.port}/`, password)),
      clock: systemClock,
    });
    for (const notice of prepared.notices) process.stdout.write(`${notice}\n`);
    return { environment: variables, home: prepared };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

const settings = {
  userDir: environment.home,
  flowFile: 'flows.json',
  flowFilePretty: true,
  credentialSecret: home.settings.credentialSecret,
  nodesDir: root,

  uiHost: '127.0.0.1',
  uiPort: environment.port,
  adminAuth: { type: 'credentials', ...authenticator, sessionExpiryTime: 24 * 60 * 60 },
  httpAdminMiddleware(_request: unknown, response: { set(headers: Record<string, string>): void }, next: () => void) {
    response.set({ 'X-Frame-Options': 'SAMEORIGIN', 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'same-origin' });
    next();
  },

  contextStorage: { default: { module: 'localfilesystem', config: { flushInterval: 5 } } },
  exportGlobalContextKeys: false,
  functionExternalModules: false,
  functionGlobalContext: {},
  externalModules: {
    autoInstall: false,
    // nrlint checks our flows from the command line; as a development dependency it would also load into the editor.
    palette: { denyList: ['nrlint'] },
    modules: { allowInstall: false },
  },

  paletteCategories: ['Holdfast', 'subflows', 'common', 'function', 'network', 'sequence', 'parser', 'storage'],

  telemetry: { enabled: false, updateNotification: false },
  diagnostics: { enabled: true, ui: true },
  runtimeState: { enabled: false, ui: false },
  logging: { console: { level: 'info', metrics: false, audit: false } },

  editorTheme: {
    page: { title: 'Holdfast' },
    header: { title: 'Holdfast' },
    tours: false,
    projects: { enabled: false },
  },

  debugMaxLength: 1_000,
  // The flows connect to the gateway in the same process, which may listen a moment after their first attempt.
  mqttReconnectTime: 2_000,
};

// Node-RED loads this file with require(), which hands over what stands under this name.
export { settings as 'module.exports' };
