import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { ReadingValue, StoreHealth } from '../../core/store/index.ts';
import type { Holdfast } from './node-red-process.ts';

/** The backend node of flows/quick-start.json. */
const BACKEND = '4c0f2a91d7e31001';
const READY_LIMIT = 30_000;
const SETTLE_LIMIT = 120_000;

/** A stored reading as the API tells it. */
export interface StoredRow {
  ts: number;
  value: ReadingValue;
  quality: string;
  flags?: string[];
  raw?: unknown;
  tests?: Record<string, string>;
}

/** What a dialog asks a backend (that of the quick start unless told), asked from a test with a login of its own. */
export class BackendApi {
  readonly #holdfast: Holdfast;
  readonly #token: string;
  readonly #backend: string;

  private constructor(holdfast: Holdfast, token: string, backend: string) {
    this.#holdfast = holdfast;
    this.#token = token;
    this.#backend = backend;
  }

  /** Logs in and waits until the backend answers. */
  static async of(holdfast: Holdfast, backend = BACKEND): Promise<BackendApi> {
    const api = new BackendApi(holdfast, await holdfast.login(), backend);
    const deadline = Date.now() + READY_LIMIT;
    while (!(await api.#request('status')).ok) {
      assert.ok(Date.now() < deadline, `the backend does not answer:\n${holdfast.stdout()}${holdfast.stderr()}`);
      await wait(100);
    }
    return api;
  }

  async letIn(principal: { id: string; kind: 'device' | 'gateway' | 'application'; children?: string[] }): Promise<{ secret: string }> {
    return this.#json(await this.#request('principals', { method: 'POST', body: principal }));
  }

  async status(): Promise<{ unsettled: Record<string, number>; quarantined: number; readings: number; health: StoreHealth }> {
    return this.#json(await this.#request('status'));
  }

  /** The newest reading of each metric, whatever its quality. */
  async latest(device: string): Promise<Record<string, { ts: number; value: ReadingValue }>> {
    const { rows } = await this.#json<{ rows: Array<{ metric: string; ts: number; value: ReadingValue }> }>(await this.#request(`history?kind=latest&minimumQuality=missing&devices=${encodeURIComponent(device)}`));
    return Object.fromEntries(rows.map(({ metric, ts, value }) => [metric, { ts, value }]));
  }

  /** The stored readings of a metric since a time, whatever their quality, the oldest first. */
  async readings(device: string, metric: string, from: number): Promise<StoredRow[]> {
    const { rows } = await this.#json<{ rows: StoredRow[] }>(await this.#request(`history?kind=raw&minimumQuality=missing&gapAfter=off&limit=10000&devices=${encodeURIComponent(device)}&metrics=${encodeURIComponent(metric)}&from=${from}`));
    return rows;
  }

  /** Waits until the inbox has been seen empty: the simulated fleet goes on sending, so it is never empty for long. */
  async untilSettled(): Promise<void> {
    const deadline = Date.now() + SETTLE_LIMIT;
    for (;;) {
      const { unsettled } = await this.status();
      const waiting = Object.values(unsettled).reduce((sum, count) => sum + count, 0);
      if (waiting === 0) return;
      assert.ok(Date.now() < deadline, `${waiting} samples have not settled`);
      await wait(50);
    }
  }

  #request(path: string, options: { method?: string; body?: unknown } = {}): Promise<Response> {
    return this.#holdfast.request(`/holdfast-backend/${this.#backend}/${path}`, { token: this.#token, ...options });
  }

  async #json<Body>(response: Response): Promise<Body> {
    const body = (await response.json()) as Body;
    assert.equal(response.status, 200, JSON.stringify(body));
    return body;
  }
}
