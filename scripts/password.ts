import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { HoldfastError } from '../core/errors/holdfast-error.ts';
import { readEnvironment } from '../core/install/environment.ts';
import { loginBox } from '../core/install/login-box.ts';
import { setPassword } from '../core/install/set-password.ts';

/**
 * `npm run password`: a new password for the editor's login. It comes from HOLDFAST_ADMIN_PASSWORD, from standard input
 * when something is piped in, and is made and shown once otherwise.
 */
try {
  const { home, adminPassword } = readEnvironment(process.env, join(import.meta.dirname, '..', '.holdfast'));
  const made = setPassword(home, adminPassword === undefined ? await piped() : { password: adminPassword, source: 'HOLDFAST_ADMIN_PASSWORD' });
  process.stdout.write(made === undefined ? 'The login "admin" has the new password.\n' : loginBox(undefined, made));
  process.stdout.write('A running Holdfast takes it at the next login. Editors that are signed in stay so until their session ends, at most a day after they signed in.\n');
} catch (error) {
  if (!(error instanceof HoldfastError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function piped(): Promise<{ password: string; source: string } | undefined> {
  if (process.stdin.isTTY) return undefined;
  const password = (await text(process.stdin)).replace(/\r?\n$/, '');
  return password === '' ? undefined : { password, source: 'The password from standard input' };
}
