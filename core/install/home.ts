import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import { openRegistry } from '../registry/registry.ts';
import { DamagedFileError } from '../workspace/damaged-file-error.ts';
import { makePrivate } from '../workspace/document.ts';
import { checkData } from './data-check.ts';
import { CREDENTIALS_FILE, FLOWS_PRINCIPAL, prepareFlow } from './flow-file.ts';
import { prepareDirectory } from './home-directory.ts';
import { checkPassword, makePassword } from './password.ts';
import { makeSettings, openSettings, SETTINGS_FILE } from './settings-file.ts';
import type { InstallSettings } from './settings-file.ts';

/** What a home directory is prepared from. */
export interface HomeOptions {
  readonly home: string;
  /** The flow that a home without one begins with. */
  readonly quickStartFile: string;
  /** The first password when it was given from outside; checked before it is taken. */
  readonly adminPassword?: string;
  /** Shows a password that has just been made and stored as a hash: nobody can see it again. */
  readonly showPassword: (password: string) => void;
  readonly clock: Clock;
}

/** A home that Node-RED can be started on. */
export interface Home {
  readonly settings: InstallSettings;
  /** Where the backend keeps its data. */
  readonly dataDirectory: string;
  /** Sentences that the person who starts Holdfast should read. */
  readonly notices: readonly string[];
}

/** Where the backend of a home keeps its data. */
export function dataDirectoryOf(home: string): string {
  return join(home, 'data');
}

/**
 * Checks the home directory and brings what is missing: the login, the credential secret, the quick-start flow and its
 * credentials. Of what is there, nothing is changed but rights that let others read a secret. Asking again is harmless.
 *
 * @throws HoldfastError whose message is a sentence with the cure: ConfigError, DamagedFileError, StorageError.
 */
export function prepareHome(options: HomeOptions): Home {
  const { home, quickStartFile, clock } = options;
  prepareDirectory(home);
  const dataDirectory = dataDirectoryOf(home);
  checkData(dataDirectory);
  const notices: string[] = [];
  const settings = prepareSettings(options, notices);
  if (prepareFlow(home, quickStartFile, settings.credentialSecret, () => issueFlowsSecret(dataDirectory, clock))) {
    notices.push('The quick-start flow has been put in place.');
  }
  for (const name of [SETTINGS_FILE, CREDENTIALS_FILE]) {
    if (makePrivate(join(home, name))) notices.push(`Others could read ${join(home, name)}; now only its owner can.`);
  }
  return { settings, dataDirectory, notices };
}

function prepareSettings({ home, adminPassword, showPassword }: HomeOptions, notices: string[]): InstallSettings {
  const document = openSettings(home);
  if (document.content) {
    if (adminPassword !== undefined) {
      notices.push('HOLDFAST_ADMIN_PASSWORD was not used, because a login exists already. Set a new password with "npm run password".');
    }
    return document.content;
  }
  refuseLostSecret(home);
  if (adminPassword !== undefined) checkPassword(adminPassword, 'HOLDFAST_ADMIN_PASSWORD');
  const password = adminPassword ?? makePassword();
  const settings = makeSettings(password);
  document.write(settings);
  // Shown at once: whatever fails from here on, the login is made and its password must not be lost.
  if (adminPassword === undefined) showPassword(password);
  else notices.push('The login "admin" has been made with the password from HOLDFAST_ADMIN_PASSWORD.');
  return settings;
}

/** A new secret beside credentials that only the lost one opens would make them useless without a word. */
function refuseLostSecret(home: string): void {
  const credentials = join(home, CREDENTIALS_FILE);
  if (!existsSync(credentials)) return;
  const path = join(home, SETTINGS_FILE);
  throw new DamagedFileError(
    path,
    `The file ${path} is missing, and only its credential secret opens ${credentials}. Restore it from a backup, or move ${CREDENTIALS_FILE} away as well: Holdfast then makes a new login, and passwords of outside services that your flows use have to be entered again in the editor.`,
  );
}

function issueFlowsSecret(dataDirectory: string, clock: Clock): string {
  const registry = openRegistry(dataDirectory, clock);
  try {
    return registry.issue({ id: FLOWS_PRINCIPAL, kind: 'application' }).secret;
  } finally {
    registry.close();
  }
}
