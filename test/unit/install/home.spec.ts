import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDirectory } from '../../../core/backend/directory-lock.ts';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { createAuthenticator } from '../../../core/install/authenticator.ts';
import { decryptCredentials, encryptCredentials } from '../../../core/install/flow-credentials.ts';
import { dataDirectoryOf, prepareHome } from '../../../core/install/home.ts';
import type { Home } from '../../../core/install/home.ts';
import { setPassword } from '../../../core/install/set-password.ts';
import { openRegistry } from '../../../core/registry/registry.ts';

const BROKER = { id: '5a1d3f9c0b7e2846', type: 'mqtt-broker', broker: '127.0.0.1', port: '${HOLDFAST_MQTT_PORT}' };
const OTHER_BROKER = { id: '6b2e4a0d1c8f3957', type: 'mqtt-broker', broker: 'broker.example', port: '8883' };
const QUICK_START = JSON.stringify([{ id: '1f', type: 'tab', label: 'Quick start' }, BROKER, OTHER_BROKER], null, 4);

function noReport(sentence: string): never {
  throw new Error(sentence);
}

describe('the home directory', () => {
  let directory: string;
  let home: string;
  let quickStartFile: string;
  const clock = new ManualClock(1_700_000_000_000);

  const prepare = (adminPassword?: string): Home & { newPassword?: string } => {
    const shown: string[] = [];
    const prepared = prepareHome({ home, quickStartFile, clock, showPassword: (password) => shown.push(password), ...(adminPassword === undefined ? {} : { adminPassword }) });
    const [newPassword] = shown;
    return { ...prepared, ...(newPassword === undefined ? {} : { newPassword }) };
  };
  const inHome = (name: string): string => join(home, name);
  const read = (name: string): string => readFileSync(inHome(name), 'utf8');
  const files = (): Record<string, string> =>
    Object.fromEntries(readdirSync(home, { withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => [entry.name, read(entry.name)]));
  const refuses = (code: string, ...parts: (string | RegExp)[]): void => {
    const before = files();
    assert.throws(prepare, (error: Error & { code?: string }) => {
      assert.equal(error.code, code, error.message);
      for (const part of parts) assert.match(error.message, typeof part === 'string' ? new RegExp(part.replaceAll(/[.\\/]/g, '\\$&')) : part);
      return true;
    });
    assert.deepEqual(files(), before);
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-'));
    home = join(directory, 'home');
    quickStartFile = join(directory, 'quick-start.json');
    writeFileSync(quickStartFile, QUICK_START);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  describe('at the first start', () => {
    it('is made for its owner alone, with a login, a credential secret and the quick-start flow', () => {
      const { newPassword, settings } = prepare();
      assert.equal(statSync(home).mode & 0o777, 0o700);
      assert.ok(newPassword && newPassword.length >= 20);
      assert.match(settings.credentialSecret, /^[0-9a-f]{64}$/);
      assert.equal(read('flows.json'), QUICK_START);
      for (const name of ['settings.json', 'flows_cred.json', 'flows.json']) assert.equal(statSync(inHome(name)).mode & 0o777, 0o600, name);
      for (const [name, text] of Object.entries(files())) assert.ok(!text.includes(newPassword), name);
    });

    it('gives the flow, and no other broker, a secret that the registry lets in as an application', () => {
      const { settings } = prepare();
      const credentials = decryptCredentials(read('flows_cred.json'), settings.credentialSecret);
      assert.deepEqual(Object.keys(credentials), [BROKER.id]);
      const login = credentials[BROKER.id] as { user: string; password: string };
      const registry = openRegistry(dataDirectoryOf(home), clock);
      assert.deepEqual(registry.authenticate(login.user, login.password), { id: 'flows', kind: 'application', profile: '', children: [] });
      registry.close();
    });

    it('takes a strong password from outside and returns none', async () => {
      const { newPassword } = prepare('seven brown kettles sing');
      assert.equal(newPassword, undefined);
      assert.ok(await createAuthenticator(home, noReport).authenticate('admin', 'seven brown kettles sing'));
    });

    it('refuses a weak password and makes no login', () => {
      assert.throws(() => prepare('admin'), { code: 'HOLDFAST_CONFIG', field: 'HOLDFAST_ADMIN_PASSWORD' });
      assert.equal(existsSync(inHome('settings.json')), false);
    });

    it('keeps a flow that is there already and gives it its connection to the gateway', () => {
      mkdirSync(home);
      writeFileSync(inHome('flows.json'), JSON.stringify([{ ...BROKER, id: 'abc' }]));
      const { settings } = prepare();
      assert.equal(read('flows.json'), JSON.stringify([{ ...BROKER, id: 'abc' }]));
      assert.deepEqual(Object.keys(decryptCredentials(read('flows_cred.json'), settings.credentialSecret)), ['abc']);
    });

    it('does all of it again after a crash before the flow was there', () => {
      const first = prepare();
      rmSync(inHome('flows.json'));
      prepare();
      assert.equal(read('flows.json'), QUICK_START);
      const login = decryptCredentials(read('flows_cred.json'), first.settings.credentialSecret)[BROKER.id] as { password: string };
      const registry = openRegistry(dataDirectoryOf(home), clock);
      assert.ok(registry.authenticate('flows', login.password));
      registry.close();
    });

    it('says so when there is no quick-start flow, and does not lose the password that was made before', () => {
      rmSync(quickStartFile);
      const shown: string[] = [];
      const options = { home, quickStartFile, clock, showPassword: (password: string) => shown.push(password) };
      assert.throws(() => prepareHome(options), { code: 'HOLDFAST_CONFIG', message: /quick-start\.json is missing/ });
      assert.equal(shown.length, 1);
    });
  });

  describe('at a later start', () => {
    it('stays as it is, byte for byte, and no password is made', () => {
      prepare();
      const before = files();
      assert.equal(prepare().newPassword, undefined);
      assert.deepEqual(files(), before);
    });

    it('does not take a password from outside, and says which command does', () => {
      prepare();
      const before = files();
      assert.match(prepare('seven brown kettles sing').notices.join(), /HOLDFAST_ADMIN_PASSWORD was not used.*npm run password/);
      assert.deepEqual(files(), before);
    });

    it('keeps the credentials of other connections when the flow is brought anew', () => {
      const { settings } = prepare();
      writeFileSync(inHome('flows_cred.json'), encryptCredentials({ cafe: { user: 'u', password: 'p' } }, settings.credentialSecret));
      rmSync(inHome('flows.json'));
      prepare();
      const credentials = decryptCredentials(read('flows_cred.json'), settings.credentialSecret);
      assert.deepEqual(credentials['cafe'], { user: 'u', password: 'p' });
      assert.ok(credentials[BROKER.id]);
    });

    it('takes from others the right to read the secrets, and says so', () => {
      prepare();
      chmodSync(inHome('settings.json'), 0o644);
      assert.match(prepare().notices.join(), /Others could read .*settings\.json/);
      assert.equal(statSync(inHome('settings.json')).mode & 0o777, 0o600);
    });
  });

  describe('that is damaged is refused and left as it is:', () => {
    beforeEach(() => void prepare());

    it('settings.json cut off', () => {
      writeFileSync(inHome('settings.json'), read('settings.json').slice(0, 60));
      refuses('HOLDFAST_DAMAGED_FILE', inHome('settings.json'), 'it is not JSON', 'Restore it from a backup, or move it and flows_cred.json away');
    });

    it('settings.json with a plain password', () => {
      const settings = JSON.parse(read('settings.json')) as { admin: { password: string } };
      settings.admin.password = 'seven brown kettles sing';
      writeFileSync(inHome('settings.json'), JSON.stringify(settings));
      refuses('HOLDFAST_DAMAGED_FILE', '"admin.password" is not an argon2id hash');
    });

    it('settings.json of a newer version', () => {
      writeFileSync(inHome('settings.json'), read('settings.json').replace('"version": 1', '"version": 2'));
      refuses('HOLDFAST_NEWER_FILE', 'Update Holdfast');
    });

    it('settings.json gone while there are credentials that only its secret opens', () => {
      rmSync(inHome('settings.json'));
      refuses('HOLDFAST_DAMAGED_FILE', inHome('settings.json'), 'is missing', 'move flows_cred.json away as well');
    });

    it('flows.json, which Node-RED would take as an empty flow', () => {
      writeFileSync(inHome('flows.json'), QUICK_START.slice(0, 30));
      refuses('HOLDFAST_DAMAGED_FILE', inHome('flows.json'), '.flows.json.backup');
    });

    it('flows.json that is a directory', () => {
      rmSync(inHome('flows.json'));
      mkdirSync(inHome('flows.json'));
      refuses('HOLDFAST_UNREADABLE_FILE', inHome('flows.json'), 'cannot be read');
    });

    it('flows_cred.json under another secret', () => {
      writeFileSync(inHome('flows_cred.json'), encryptCredentials({ a: { user: 'u' } }, 'another secret'));
      refuses('HOLDFAST_DAMAGED_FILE', inHome('flows_cred.json'), 'the credential secret in settings.json does not open it');
    });

    it('a SQLite file of the backend', () => {
      writeFileSync(join(dataDirectoryOf(home), 'inbox.sqlite'), 'this is no database, but it is long enough to be looked at as one'.repeat(20));
      refuses('HOLDFAST_STORAGE_DAMAGED', 'inbox.sqlite', 'Restore it from a backup');
    });
  });

  it('that another process uses is refused', () => {
    prepare();
    const lock = lockDirectory(dataDirectoryOf(home));
    assert.throws(prepare, { code: 'HOLDFAST_STORAGE_IN_USE', message: /Stop the other/ });
    lock.close();
    prepare();
  });

  it('that cannot be written is refused with the reason', () => {
    writeFileSync(home, 'a file');
    assert.throws(prepare, { code: 'HOLDFAST_CONFIG', field: 'HOLDFAST_HOME', message: /is a file\. Set HOLDFAST_HOME to a directory/ });
    home = join(home, 'below');
    assert.throws(prepare, { code: 'HOLDFAST_CONFIG', message: /is a file/ });
  });

  describe('its login', () => {
    it('lets in the right name with the right password and nobody else', async () => {
      const { newPassword = '' } = prepare();
      const { authenticate, users } = createAuthenticator(home, noReport);
      assert.deepEqual(await authenticate('admin', newPassword), { username: 'admin', permissions: '*' });
      for (const [name, password] of [['admin', 'wrong'], ['Admin', newPassword], ['root', newPassword], ['admin', undefined], [['admin'], newPassword]]) {
        assert.equal(await authenticate(name, password), null);
      }
      assert.deepEqual(await users('admin'), { username: 'admin', permissions: '*' });
      assert.equal(await users('__proto__'), null);
    });

    it('takes a new password at once and forgets the old one', async () => {
      const { newPassword = '', settings } = prepare();
      const { authenticate } = createAuthenticator(home, noReport);
      assert.equal(setPassword(home, { password: 'seven brown kettles sing', source: 'The password' }), undefined);
      assert.equal(await authenticate('admin', newPassword), null);
      assert.ok(await authenticate('admin', 'seven brown kettles sing'));
      const made = setPassword(home);
      assert.ok(made && (await authenticate('admin', made)));
      assert.equal(prepare().settings.credentialSecret, settings.credentialSecret);
    });

    it('gets no new password that is weak, and none before it exists', () => {
      assert.throws(() => setPassword(home), { code: 'HOLDFAST_NO_LOGIN', message: /npm start/ });
      prepare();
      const before = read('settings.json');
      assert.throws(() => setPassword(home, { password: '123456789012', source: 'The password' }), { code: 'HOLDFAST_CONFIG' });
      assert.equal(read('settings.json'), before);
    });

    it('lets nobody in, and says why, when settings.json is damaged while running', async () => {
      const { newPassword } = prepare();
      writeFileSync(inHome('settings.json'), '{');
      const reports: string[] = [];
      assert.equal(await createAuthenticator(home, (sentence) => reports.push(sentence)).authenticate('admin', newPassword), null);
      assert.match(reports.join(), /could not be checked.*settings\.json is damaged/);
    });

    it('checks a flood of logins one at a time and refuses what is too much, out loud', async () => {
      const { newPassword } = prepare();
      const reports: string[] = [];
      const { authenticate } = createAuthenticator(home, (sentence) => reports.push(sentence));
      const results = await Promise.all(Array.from({ length: 20 }, () => authenticate('admin', newPassword)));
      assert.equal(results.filter((user) => user !== null).length, 16);
      assert.equal(reports.length, 4);
      assert.ok(await authenticate('admin', newPassword));
    });
  });
});
