import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts, listen, makeHome, runHoldfast, runScript, startHoldfast } from '../support/node-red-process.ts';
import type { Finished, Holdfast, HoldfastOptions } from '../support/node-red-process.ts';

const STRONG = 'seven brown kettles sing';

/** Every file below a directory, by its path. */
function filesBelow(directory: string): Map<string, Buffer> {
  const entries = readdirSync(directory, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return new Map(entries.map((entry) => join(entry.parentPath, entry.name)).map((path) => [path, readFileSync(path)]));
}

/** One sentence, or a few, on one line and nothing of a stack. */
function assertRefusal({ code, stderr }: Finished, ...parts: RegExp[]): void {
  assert.equal(code, 1, stderr);
  assert.match(stderr, /^[^\n]+\n$/);
  assert.doesNotMatch(stderr, /\bat .+:\d+:\d+|node:internal/);
  for (const part of parts) assert.match(stderr, part);
}

async function askJson<Content>(holdfast: Holdfast, path: string, token?: string): Promise<Content> {
  const answer = await holdfast.request(path, { headers: { Accept: 'application/json' }, ...(token === undefined ? {} : { token }) });
  assert.equal(answer.status, 200, path);
  return (await answer.json()) as Content;
}

describe('npm start', function () {
  this.timeout(180_000);

  let home: string;
  const started: Holdfast[] = [];
  const start = async (options: HoldfastOptions = {}): Promise<Holdfast> => {
    const holdfast = await startHoldfast({ home, ...options });
    started.push(holdfast);
    return holdfast;
  };

  beforeEach(() => {
    home = makeHome();
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((holdfast) => holdfast.stop()));
    rmSync(home, { recursive: true, force: true });
  });

  it('prints a password once that opens the editor, and keeps it and everything else over a second start', async () => {
    const first = await start();
    const password = first.password ?? '';
    assert.ok(password.length >= 20);
    assert.equal(first.stdout().split(password).length, 2);
    const token = await first.login();
    assert.equal((await first.request('/settings', { token })).status, 200);
    assert.equal((await first.request('/settings')).status, 401);
    await assert.rejects(first.login(`${password}x`), /403|401/);
    await assert.rejects(first.login(password, 'root'), /403|401/);

    assert.deepEqual(await first.stop(), { code: 0, signal: null });
    assert.match(first.stdout(), /Stopped flows/);

    for (const [path, content] of filesBelow(home)) {
      assert.equal(content.includes(password), false, path);
      if (!path.includes('node_modules')) assert.equal(statSync(path).mode & 0o077, 0, `${path} can be read by others`);
    }
    const kept = ['settings.json', 'flows.json', 'flows_cred.json'];
    const before = kept.map((name) => readFileSync(join(home, name), 'utf8'));

    const second = await start({ password });
    assert.doesNotMatch(second.stdout(), /password {2}/);
    await second.login();
    // The session of before the restart goes on.
    assert.equal((await second.request('/settings', { token })).status, 200);
    await second.stop();
    assert.deepEqual(kept.map((name) => readFileSync(join(home, name), 'utf8')), before);
  });

  it('takes a strong HOLDFAST_ADMIN_PASSWORD and shows and stores it nowhere', async () => {
    const holdfast = await start({ env: { HOLDFAST_ADMIN_PASSWORD: STRONG } });
    await holdfast.login(STRONG);
    assert.equal((holdfast.stdout() + holdfast.stderr()).includes(STRONG), false);
    for (const [path, content] of filesBelow(home)) assert.equal(content.includes(STRONG), false, path);
  });

  it('lets npm run password change the login of a running Holdfast', async () => {
    const holdfast = await start({ env: { HOLDFAST_ADMIN_PASSWORD: STRONG } });

    const made = await runScript('password.ts', home);
    assert.equal(made.code, 0, made.stderr);
    const password = /password {2}(\S+)/.exec(made.stdout)?.[1];
    await assert.rejects(holdfast.login(STRONG), /403|401/);
    await holdfast.login(password);

    const piped = await runScript('password.ts', home, {}, 'green boats before noon\n');
    assert.equal(piped.code, 0, piped.stderr);
    assert.equal(piped.stdout.includes('green boats'), false);
    await holdfast.login('green boats before noon');

    assertRefusal(await runScript('password.ts', home, { HOLDFAST_ADMIN_PASSWORD: '123456789012' }), /^HOLDFAST_ADMIN_PASSWORD cannot be the password/);
    await holdfast.login('green boats before noon');
  });

  it('serves only this machine and closes what Node-RED leaves open', async () => {
    const holdfast = await start({ env: { HOLDFAST_ADMIN_PASSWORD: STRONG } });
    const page = await holdfast.request('/');
    assert.equal(page.headers.get('x-frame-options'), 'SAMEORIGIN');
    assert.match(await page.text(), /<title>Holdfast<\/title>/);
    // All of 127.0.0.0/8 is this machine on Linux: a listener on every address would answer here too.
    await assert.rejects(fetch(`http://127.0.0.2:${holdfast.port}/`, { signal: AbortSignal.timeout(5_000) }));
    const token = await holdfast.login(STRONG);
    const settings = await askJson<{ functionExternalModules: boolean; flowEncryptionType: string; telemetryEnabled: boolean }>(holdfast, '/settings', token);
    assert.equal(settings.functionExternalModules, false);
    assert.equal(settings.telemetryEnabled, false);
    assert.equal(settings.flowEncryptionType, 'user');
    const { runtime } = await askJson<{ runtime: { settings: { contextStorage: { default: { module: string } } } } }>(holdfast, '/diagnostics', token);
    assert.equal(runtime.settings.contextStorage.default.module, 'localfilesystem');
    const plugins = await askJson<{ module: string }[]>(holdfast, '/plugins', token);
    assert.deepEqual(plugins.map((plugin) => plugin.module).filter((module) => !module.startsWith('@holdfast/')), []);
  });

  it('tells the flows where the data and the gateway are, but not the password, and keeps its files private after a deploy', async () => {
    const holdfast = await start({ env: { HOLDFAST_ADMIN_PASSWORD: STRONG } });
    const token = await holdfast.login(STRONG);
    const names = ['HOLDFAST_DATA', 'HOLDFAST_MQTT_PORT', 'HOLDFAST_ADMIN_PASSWORD'];
    const tab = 'aaaaaaaaaaaaaaa0';
    const flows = [
      { id: tab, type: 'tab', label: 'Variables' },
      { id: 'aaaaaaaaaaaaaaa1', z: tab, type: 'http in', url: '/variables', method: 'get', wires: [['aaaaaaaaaaaaaaa2']] },
      { id: 'aaaaaaaaaaaaaaa2', z: tab, type: 'function', func: `msg.payload = ${JSON.stringify(names)}.map((name) => env.get(name) ?? null); return msg;`, outputs: 1, wires: [['aaaaaaaaaaaaaaa3']] },
      { id: 'aaaaaaaaaaaaaaa3', z: tab, type: 'http response', wires: [] },
      { id: 'aaaaaaaaaaaaaaa4', type: 'mqtt-broker', broker: '127.0.0.1', port: '1', autoConnect: false, credentials: { user: 'someone', password: 'outside secret' } },
    ];
    const deploy = await holdfast.request('/flows', { token, method: 'POST', body: flows });
    assert.equal(deploy.status, 204, await deploy.text());
    // A deploy answers before the new flow has been started.
    await holdfast.waitForOutput(/Started modified nodes|Started flows[^]*Started flows/);
    assert.deepEqual(await askJson(holdfast, '/variables'), [join(home, 'data'), String(holdfast.mqttPort), null]);
    for (const name of ['flows_cred.json', 'flows.json', '.sessions.json']) assert.equal(statSync(join(home, name)).mode & 0o777, 0o600, name);
    assert.equal(readFileSync(join(home, 'flows_cred.json'), 'utf8').includes('outside secret'), false);
  });

  it('works as node-red -s settings.ts as well', async () => {
    const first = await start({ plain: true });
    assert.ok(first.password);
    await first.login();
    await first.stop();
    assertRefusal(await runHoldfast({ home, plain: true, env: { PORT: 'http' } }), /^PORT is "http"/);
    writeFileSync(join(home, 'settings.json'), '');
    assertRefusal(await runHoldfast({ home, plain: true }), /settings\.json is damaged \(it is empty\)/);
  });

  it('survives kill -9 and starts again on the same home', async () => {
    const first = await start({ env: { HOLDFAST_ADMIN_PASSWORD: STRONG } });
    assert.deepEqual(await first.kill('SIGKILL'), { code: null, signal: 'SIGKILL' });
    const second = await first.restart();
    started.push(second);
    await second.login(STRONG);
  });

  describe('refuses with one sentence and exit code 1:', () => {
    it('a weak HOLDFAST_ADMIN_PASSWORD, and makes no login', async () => {
      const result = await runHoldfast({ home, env: { HOLDFAST_ADMIN_PASSWORD: 'Holdfast-2026!' } });
      assertRefusal(result, /^HOLDFAST_ADMIN_PASSWORD cannot be the password: it contains "holdfast"/);
      assert.equal(readdirSync(home).includes('settings.json'), false);
    });

    it('a taken editor port', async () => {
      const other = await listen(0);
      try {
        assertRefusal(await runHoldfast({ home, port: other.port }), new RegExp(`^Port ${other.port} on 127\\.0\\.0\\.1, which the editor needs, is taken`), /PORT=\d+/);
        assert.deepEqual(readdirSync(home), []);
      } finally {
        await other.close();
      }
    });

    it('a taken MQTT port', async () => {
      const other = await listen(0);
      try {
        assertRefusal(await runHoldfast({ home, mqttPort: other.port }), new RegExp(`^Port ${other.port} .*the MQTT gateway`), /HOLDFAST_MQTT_PORT=\d+/);
      } finally {
        await other.close();
      }
    });

    it('a port that is none', async () => assertRefusal(await runHoldfast({ home, env: { PORT: 'http' } }), /^PORT is "http", which is no port/));

    it('one port for both', async () => {
      const [port = 0] = await freePorts(1);
      assertRefusal(await runHoldfast({ home, port, mqttPort: port }), /each need a port of their own/);
    });

    it('a home that cannot be written', async () => {
      const file = join(home, 'a-file');
      writeFileSync(file, '');
      assertRefusal(await runHoldfast({ home: join(file, 'home') }), /cannot be used for Holdfast's data: .*is a file\. Set HOLDFAST_HOME/);
    });

    it('a damaged settings.json, and leaves it as it is', async () => {
      const path = join(home, 'settings.json');
      writeFileSync(path, '{"version":1,"admin":');
      assertRefusal(await runHoldfast({ home }), /settings\.json is damaged \(it is not JSON\)\. Restore it from a backup, or move it/);
      assert.equal(readFileSync(path, 'utf8'), '{"version":1,"admin":');
    });

    it('a damaged database', async () => {
      mkdirSync(join(home, 'data'));
      writeFileSync(join(home, 'data', 'registry.sqlite'), 'no database, however long it may be. '.repeat(100));
      assertRefusal(await runHoldfast({ home }), /registry\.sqlite is damaged/, /Restore it from a backup/);
    });
  });
});
