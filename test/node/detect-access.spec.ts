import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Backend } from '../../core/backend/backend.ts';
import { systemClock } from '../../core/clock/clock.ts';
import type { DetectionPreview } from '../../core/anomaly/preview/answer.ts';
import { addDetectRoutes } from '../../nodes/detect/detect-routes.ts';
import { startAdminApi } from '../support/admin-api.ts';
import type { AdminApi } from '../support/admin-api.ts';
import { aMoment, until } from '../support/node-helper.ts';
import { usual } from './detect-flow.ts';

const STORED = 20_000;
const WHOLE = 30;

describe('the preview of a detect node', () => {
  let api: AdminApi;
  let directory: string;
  let backend: Backend;
  let reads = 0;
  const problem = (error: unknown): void => assert.fail(String(error));

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-detect-'));
    backend = Backend.acquire(directory, systemClock, problem);
    api = await startAdminApi({ admin: '*', viewer: 'read', detective: 'holdfast-detect.read', gardener: 'flows.read' }, new Map([['data', { directory: backend.directory }]]), addDetectRoutes);
    await new Promise<void>((resolve, reject) => backend.store.write(usual(0, STORED), (error) => (error ? reject(error) : resolve())));
    const range = backend.store.range.bind(backend.store);
    backend.store.range = (query) => {
      reads += 1;
      return range(query);
    };
  });
  beforeEach(() => (reads = 0));
  after(async () => {
    await api.close();
    backend.release(problem);
    rmSync(directory, { recursive: true, force: true });
  });

  function ask(token: string, days: number, signal?: AbortSignal): Promise<Response> {
    const body = JSON.stringify({ version: 2, backend: 'data', device: 'press-1', metric: 'temperature', days });
    return fetch(`${api.url}/holdfast-detect/preview`, { method: 'POST', headers: { 'Content-Type': 'application/json', ...(token !== '' && { Authorization: `Bearer ${token}` }) }, body, ...(signal && { signal }) });
  }

  it('is for who may read, and for nobody else', async () => {
    for (const [user, status] of [['admin', 200], ['viewer', 200], ['detective', 200], ['gardener', 401]] as const) assert.equal((await ask(await api.login(user), 1)).status, status, user);
    for (const none of ['', 'guessed']) assert.equal((await ask(none, 1)).status, 401);
  });

  it('is given up when nobody waits for it any more, and does not hold up the next', async () => {
    const token = await api.login('viewer');
    await ask(token, WHOLE);
    const inAll = reads;
    assert.ok(inAll > 10, String(inAll));
    reads = 0;
    const gone = new AbortController();
    const asked = ask(token, WHOLE, gone.signal);
    await until(() => reads >= 2, 'it began');
    gone.abort();
    await assert.rejects(asked);
    await aMoment(100);
    assert.ok(reads < inAll, `${reads} of ${inAll} pages were read all the same`);
    const next = (await (await ask(token, 1)).json()) as DetectionPreview;
    assert.equal(next.readings, 1_441);
  });
});
