import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { checkPassword, makePassword } from './password.ts';
import { makeLogin, openSettings, SETTINGS_FILE } from './settings-file.ts';

/**
 * Gives the login of a home a new password, on disk when this returns. A running Holdfast takes it at the next login.
 *
 * @param given the password and what to call it in a sentence; one is made when it is not given
 * @returns the password that was made; undefined when it was given
 * @throws HoldfastError when there is no login yet, settings.json is damaged or the password given is weak.
 */
export function setPassword(home: string, given?: { password: string; source: string }): string | undefined {
  const document = existsSync(join(home, SETTINGS_FILE)) ? openSettings(home) : undefined;
  if (!document?.content) throw new HoldfastError('HOLDFAST_NO_LOGIN', `There is no login in ${home} yet. Start Holdfast once with "npm start", which makes one, or set HOLDFAST_HOME to the directory it uses.`);
  if (given) checkPassword(given.password, given.source);
  const password = given?.password ?? makePassword();
  document.write({ ...document.content, admin: { ...document.content.admin, ...makeLogin(password) } });
  return given ? undefined : password;
}
