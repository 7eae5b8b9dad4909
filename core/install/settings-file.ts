import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { isObject, WorkspaceDocument } from '../workspace/document.ts';
import type { DocumentFormat, JsonObject } from '../workspace/document.ts';
import { hashPassword, isPasswordHash } from './password-hash.ts';

/** Who may use the editor. */
export interface AdminLogin {
  readonly username: string;
  /** argon2id hash in PHC string form. */
  readonly password: string;
}

/** What `settings.json` in the home directory holds. Made at first start; only `npm run password` changes it. */
export interface InstallSettings {
  readonly admin: AdminLogin;
  /** Opens the credentials that Node-RED keeps in `flows_cred.json`. */
  readonly credentialSecret: string;
}

export const SETTINGS_FILE = 'settings.json';
export const ADMIN_USERNAME = 'admin';

const SETTINGS_FORMAT: DocumentFormat<InstallSettings> = {
  migrations: [],
  check: checkSettings,
  cure:
    'Restore it from a backup, or move it and flows_cred.json away and start again: Holdfast then makes a new login, ' +
    'and passwords of outside services that your flows use have to be entered again in the editor.',
};

/**
 * Opens `settings.json` in the home directory, which need not exist yet.
 *
 * @throws DamagedFileError when it cannot be used; the file is left as it is.
 */
export function openSettings(home: string): WorkspaceDocument<InstallSettings> {
  return new WorkspaceDocument(join(home, SETTINGS_FILE), SETTINGS_FORMAT);
}

/** Settings for a new installation: the login and a credential secret of 256 random bits. */
export function makeSettings(password: string): InstallSettings {
  return { admin: makeLogin(password), credentialSecret: randomBytes(32).toString('hex') };
}

/** The login `admin` with the hash of a password. */
export function makeLogin(password: string): AdminLogin {
  return { username: ADMIN_USERNAME, password: hashPassword(password) };
}

function checkSettings(content: JsonObject): InstallSettings {
  const { admin, credentialSecret } = content;
  if (!isObject(admin)) throw new Error('its "admin" is missing');
  const { username, password } = admin;
  if (username !== ADMIN_USERNAME) throw new Error(`its "admin.username" is not "${ADMIN_USERNAME}"`);
  if (typeof password !== 'string' || !isPasswordHash(password)) throw new Error('its "admin.password" is not an argon2id hash');
  if (typeof credentialSecret !== 'string' || !/^[0-9a-f]{64}$/.test(credentialSecret)) throw new Error('its "credentialSecret" is not 64 hexadecimal digits');
  return { ...content, admin: { ...admin, username, password }, credentialSecret };
}
