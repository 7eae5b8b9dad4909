import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Backend } from '../../core/backend/backend.ts';
import { systemClock } from '../../core/clock/clock.ts';
import type { Sample } from '../../core/sample/sample.ts';
import { StorageError } from '../../core/sqlite/storage-error.ts';
import { addHistoryRoutes } from '../../nodes/backend/history-routes.ts';
import { startAdminApi } from '../support/admin-api.ts';
import type { AdminApi } from '../support/admin-api.ts';

const START = Date.parse('2026-03-01T00:00:00Z');
const MINUTE = 60_000;

interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: { rows: Array<Record<string, unknown>>; notices: object[]; next?: string; error?: string; code?: string; field?: string };
}

describe('the history over HTTP', () => {
  let api: AdminApi;
  let directory: string;
  let backend: Backend;
  let token: string;
  const nodes = new Map<string, object>();
  const problem = (error: unknown): void => assert.fail(String(error));

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-history-'));
    backend = Backend.acquire(directory, systemClock, problem);
    nodes.set('data', { directory: backend.directory });
    nodes.set('broken', { failure: new StorageError('CANNOT_OPEN', '/nowhere', 'The file /nowhere could not be opened.') });
    api = await startAdminApi({ admin: '*', viewer: 'read', historian: 'holdfast-history.read', gardener: 'flows.read' }, nodes, addHistoryRoutes);
    token = await api.login('viewer');
    const samples = Array.from({ length: 5_000 }, (_, index): Sample => ({
      id: `s${index}`, device: index % 2 === 0 ? 'press-1' : 'press-2', ts: START + Math.floor(index / 2) * MINUTE, received: START, tsSource: 'device', src: { via: 'mqtt' }, values: { temperature: index / 2, name: '=cmd' },
    }));
    await new Promise<void>((resolve, reject) => backend.store.write(samples, (error) => (error ? reject(error) : resolve())));
    backend.registry.issue({ id: 'press-2', kind: 'device', profile: 'press', tags: ['hall 2'] });
  });
  after(async () => {
    await api.close();
    backend.release(problem);
    rmSync(directory, { recursive: true, force: true });
  });

  async function request(path: string, options: { body?: unknown; headers?: Record<string, string>; as?: string } = {}): Promise<Answer> {
    const { body, headers = {}, as = token } = options;
    const response = await fetch(`${api.url}/holdfast-backend/${path}`, {
      headers: { ...(as !== '' && { Authorization: `Bearer ${as}` }), ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
      ...(body !== undefined && { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: response.headers.get('content-type')?.startsWith('application/json;') ? JSON.parse(text) : {} };
  }
  async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
    for (let tries = 0; !(await holds()); tries += 1) {
      if (tries > 1_000) throw new Error(`waited in vain until ${what}`);
      await wait(5);
    }
  }
  const march = 'from=2026-03-01&to=2026-03-31&timeZone=UTC';

  it('is for who may read, and for nobody else', async () => {
    const path = `data/history?${march}&limit=1`;
    for (const [user, status] of [['admin', 200], ['viewer', 200], ['historian', 200], ['gardener', 401]] as const) {
      assert.equal((await request(path, { as: await api.login(user) })).status, status, user);
    }
    for (const none of ['', 'guessed']) assert.equal((await request('data/history', { as: none })).status, 401);
    assert.equal((await request('data/history', { body: {}, as: '' })).status, 401);
    const inUrl = await fetch(`${api.url}/holdfast-backend/${path}&access_token=${encodeURIComponent(token)}`);
    assert.equal(inUrl.status, 200);
  });

  it('answers in the URL and in a body alike', async () => {
    const inUrl = await request(`data/history?${march}&devices=press-1,press-2&metrics=temperature&aggregates=min&aggregates=max&aggregates=count&every=1%20day`);
    assert.equal(inUrl.status, 200, inUrl.text);
    const { rows } = inUrl.json;
    assert.equal(rows.length, 62);
    assert.deepEqual(rows[1], { time: '2026-03-02T00:00:00.000+00:00', ts: START + 1_440 * MINUTE, device: 'press-1', metric: 'temperature', end: '2026-03-03T00:00:00.000+00:00', min: 1_440, max: 2_499, count: 1_060 });
    const inBody = await request('data/history', { body: { from: '2026-03-01', to: '2026-03-31', timeZone: 'UTC', devices: ['press-1', 'press-2'], metrics: ['temperature'], aggregates: ['min', 'max', 'count'], every: '1 day' } });
    assert.deepEqual(inBody.json, inUrl.json);
    assert.deepEqual((await request(`data/history?${march}&tag=hall+2&profile=press&kind=latest`)).json.rows.map(({ device, metric }) => [device, metric]), [['press-2', 'name'], ['press-2', 'temperature']]);
  });

  it('comes page by page, with nothing twice and nothing left out', async () => {
    const seen: unknown[] = [];
    let next: string | undefined;
    do {
      const { status, json } = await request(`data/history?${march}&metrics=temperature&limit=1999${next === undefined ? '' : `&next=${next}`}`);
      assert.equal(status, 200);
      seen.push(...json.rows.map(({ value }) => value));
      next = json.next;
    } while (next !== undefined);
    assert.deepEqual(seen, [...Array.from({ length: 2_500 }, (_, index) => index), ...Array.from({ length: 2_500 }, (_, index) => index + 0.5)]);
  });

  it('comes as JSON, JSON lines or CSV, by format or Accept', async () => {
    const question = `data/history?${march}&metrics=name,temperature&devices=press-1`;
    for (const headers of [{ Accept: 'text/csv' }, { Accept: 'application/jsonl;q=0.5, text/csv' }]) assert.match((await request(question, { headers })).headers.get('content-type') ?? '', /^text\/csv/);
    const csv = await request(`${question}&format=csv`, { headers: { Accept: 'application/json' } });
    const lines = csv.text.split('\r\n');
    assert.deepEqual([lines.length, lines[1]], [5_002, "2026-03-01T00:00:00.000+00:00,press-1,name,'=cmd,,unknown,,"]);
    assert.match(csv.headers.get('content-disposition') ?? '', /history\.csv/);
    const jsonLines = await request(question, { headers: { Accept: 'application/x-ndjson' } });
    assert.equal(jsonLines.text.trimEnd().split('\n').length, 5_000);
    assert.match(jsonLines.headers.get('content-type') ?? '', /^application\/jsonl/);
    assert.equal((await request(question, { headers: { Accept: '*/*' } })).json.rows.length, 5_000);
    assert.equal((await request(question, { headers: { Accept: 'image/png' } })).status, 406);
  });

  it('of CSV that was cut has the cursor in a trailer', async () => {
    const raw = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(api.url).port), '127.0.0.1', () => socket.write(`GET /holdfast-backend/data/history?${march}&limit=3&format=csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`));
      let text = '';
      socket.on('data', (bytes) => void (text += bytes.toString())).on('end', () => resolve(text)).on('error', reject);
    });
    const [, cursor = ''] = /\r\nHoldfast-Next: (\S+)\r\n/.exec(raw) ?? [];
    const { json } = await request(`data/history?limit=1&next=${cursor}`);
    assert.deepEqual(json.rows.map(({ ts }) => ts), [START + 3 * MINUTE]);
  });

  it('refuses what cannot be with the right status, a sentence, a code and the field', async () => {
    for (const [path, status, code, field, says] of [
      ['data/history?from=whenever', 400, 'HOLDFAST_QUERY', 'from', /^from is "whenever", which is no time/],
      ['data/history?form=-24h', 400, 'HOLDFAST_QUERY', 'form', /a field "form", which is not known/],
      ['data/history?devices[x]=1', 400, 'HOLDFAST_QUERY', 'devices[x]', /not known/],
      ['data/history?__proto__=1', 400, 'HOLDFAST_QUERY', '__proto__', /not known/],
      ['data/history?tag=a&tag=b', 400, 'HOLDFAST_QUERY', 'tag', /tag is a list/],
      ['data/history?format=xml', 400, 'HOLDFAST_QUERY', 'format', /format is "xml"\. Choose one of: json, jsonl, csv/],
      ['data/history?from=2000-01-01&every=minute', 400, 'HOLDFAST_HISTORY_LIMIT', 'every', /more than 20000 times/],
      ['data/history?next=%00', 400, 'HOLDFAST_QUERY', 'next', /no cursor/],
      ['nobody/history', 404, 'HOLDFAST_NOT_DEPLOYED', undefined, /Deploy the flow first/],
      ['broken/history', 503, 'HOLDFAST_STORAGE_CANNOT_OPEN', undefined, /could not be opened/],
    ] as const) {
      const { status: found, json } = await request(path);
      assert.deepEqual([found, json.code, json.field], [status, code, field], path);
      assert.match(json.error ?? '', says);
    }
    assert.equal((await request('data/history', { body: [1] })).status, 400);
    assert.equal((await request('data/history', { body: '{"from":' })).status, 400);
    const notJson = await request('data/history', { body: 'from=-24h', headers: { 'Content-Type': 'text/plain' } });
    assert.deepEqual([notJson.status, notJson.json.code], [415, 'HOLDFAST_HISTORY_BODY']);
  });

  it('ends with the connection of who has gone, and lets no more than eight be asked at once', async () => {
    const { store } = backend;
    const { range } = store;
    let asked = 0;
    store.range = () => new Promise(() => void (asked += 1));
    try {
      const clients = Array.from({ length: 8 }, () => new AbortController());
      const hanging = clients.map((client) => fetch(`${api.url}/holdfast-backend/data/history?${march}&devices=press-1&metrics=name`, { headers: { Authorization: `Bearer ${token}` }, signal: client.signal }).catch(() => 'gone'));
      await until(() => asked === 8, 'eight are being answered');
      const ninth = await request(`data/history?${march}`);
      assert.deepEqual([ninth.status, ninth.json.code, ninth.headers.get('retry-after')], [503, 'HOLDFAST_HISTORY_BUSY', '1']);
      for (const client of clients) client.abort();
      assert.deepEqual(new Set(await Promise.all(hanging)), new Set(['gone']));
      store.range = range;
      await until(async () => (await request(`data/history?${march}&limit=1`)).status === 200, 'there is room again');
    } finally {
      store.range = range;
    }
  });

  it('breaks the connection when it fails on its way: half an answer never looks whole', async () => {
    const { store } = backend;
    const { range } = store;
    let pages = 0;
    store.range = (query) => {
      pages += 1;
      // The first five tell what distance is usual.
      if (pages > 7) throw new Error('The disk is gone.');
      return range.call(store, query);
    };
    try {
      for (const format of ['json', 'jsonl', 'csv']) {
        pages = 0;
        await assert.rejects(request(`data/history?${march}&format=${format}`), format);
      }
    } finally {
      store.range = range;
    }
  });

  it('describes itself to programs and to people without a login, in the same words whether there is such a backend or not', async () => {
    const document = await request('data/openapi.json', { as: '' });
    assert.equal((JSON.parse(document.text) as { openapi: string }).openapi, '3.1.0');
    const page = await request('data/api', { as: '' });
    for (const [path, { text }] of [['openapi.json', document], ['api', page]] as const) assert.equal((await request(`nobody/${path}`, { as: '' })).text, text);
    assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'none'/);
    assert.match(page.text, /<h2 id="get"><code>GET \/history<\/code>/);
  });
});
