import { messageOf } from '../errors/holdfast-error.ts';
import { passwordMatches } from './password-hash.ts';
import { ADMIN_USERNAME, openSettings } from './settings-file.ts';

/** A person who is let in, in Node-RED's words. */
export interface EditorUser {
  readonly username: string;
  readonly permissions: '*';
}

/** The part of Node-RED's `adminAuth` that knows people. Neither function ever rejects: Node-RED would exit. */
export interface Authenticator {
  users(username: unknown): Promise<EditorUser | null>;
  authenticate(username: unknown, password: unknown): Promise<EditorUser | null>;
}

/** Each check takes 19 MiB and a thread for tens of milliseconds; a flood of logins must not take all of them. */
const MOST_WAITING = 16;

/**
 * Checks logins against `settings.json` of the home, which is read anew at each login, so that a new password holds at
 * once. One check runs at a time. An unknown name costs as much as a wrong password.
 *
 * @param report takes a sentence for the log when a login could not be checked
 */
export function createAuthenticator(home: string, report: (sentence: string) => void): Authenticator {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function check(username: string, password: string): Promise<EditorUser | null> {
    try {
      const admin = openSettings(home).content?.admin;
      if (!admin) throw new Error('settings.json is missing; restore it from a backup');
      const matches = await passwordMatches(password, admin.password);
      return matches && username === admin.username ? userOf(username) : null;
    } catch (error) {
      report(`A login could not be checked: ${messageOf(error)}`);
      return null;
    }
  }

  return {
    users: async (username) => (username === ADMIN_USERNAME ? userOf(ADMIN_USERNAME) : null),
    async authenticate(username, password) {
      if (typeof username !== 'string' || typeof password !== 'string') return null;
      if (waiting >= MOST_WAITING) {
        report(`A login was refused unchecked, because ${MOST_WAITING} others are waiting.`);
        return null;
      }
      waiting++;
      const result = last.then(() => check(username, password));
      last = result;
      try {
        return await result;
      } finally {
        waiting--;
      }
    },
  };
}

function userOf(username: string): EditorUser {
  return { username, permissions: '*' };
}
