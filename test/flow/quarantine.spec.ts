import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { QuarantineSummary, ReleaseProgress } from '../../core/quarantine/quarantine.ts';
import type { ShownEntry, ShownPage } from '../../core/quarantine/review/shown-page.ts';
import { BackendApi } from '../support/backend-api.ts';
import { readFlow } from '../support/flow-files.ts';
import type { FlowElement } from '../support/flow-files.ts';
import { makeHome, startHoldfast } from '../support/node-red-process.ts';
import type { Holdfast } from '../support/node-red-process.ts';

const LIMIT = 60_000;

describe('the flow that reviews a quarantine', function () {
  this.timeout(180_000);
  const flow = readFlow('quarantine.json');
  const named = (name: string): FlowElement => flow.find((one) => one.name === name) ?? { id: '', type: '' };
  let home: string;
  let holdfast: Holdfast;
  let api: BackendApi;
  let token: string;

  before('start Holdfast with it', async () => {
    home = makeHome();
    writeFileSync(join(home, 'flows.json'), JSON.stringify(flow));
    holdfast = await startHoldfast({ home });
    api = await BackendApi.of(holdfast);
    token = await holdfast.login();
  });
  after(async () => {
    await holdfast?.remove();
    rmSync(home, { recursive: true, force: true });
  });

  const ask = async <Body>(path: string): Promise<Body> => (await holdfast.request(`/holdfast-backend/4c0f2a91d7e31001/${path}`, { token })).json() as Promise<Body>;
  const press = (name: string): Promise<Response> => holdfast.request(`/inject/${named(name).id}`, { token, method: 'POST', body: {} });
  const until = async (holds: () => Promise<boolean>, what: string): Promise<void> => {
    for (const end = performance.now() + LIMIT; !(await holds()); await wait(250)) assert.ok(performance.now() < end, `waited in vain until ${what}:\n${holdfast.stdout().slice(-2_000)}`);
  };
  /** The readings of the press at a time. */
  const storedAt = async (ts: number): Promise<Array<{ value: number }>> => (await ask<{ rows: Array<{ value: number }> }>(`history?kind=raw&devices=press-1&metrics=temperature&from=${ts}&to=${ts + 1}&minimumQuality=missing`)).rows;
  let first: ShownEntry | undefined;

  it('puts the readings of an overheated press into quarantine, with the reason', async () => {
    await press('Overheat press-1');
    await until(async () => (await ask<QuarantineSummary>('quarantine/summary')).waiting >= 3, 'three wait');
    const { entries } = await ask<ShownPage>('quarantine?reason=contract&limit=1000');
    first = entries.at(-1);
    assert.equal(first?.device, 'press-1');
    assert.match(first?.reasons?.[0]?.message ?? '', /^temperature is 9\d.*; the contract allows at most 90\./);
    const { ts } = JSON.parse(first?.preview.text ?? '{}') as { ts: number };
    assert.deepEqual(await storedAt(ts), []);
  });

  it('stores them with the time at which they were taken when the contract has been mended and they are released', async () => {
    const mended = flow.map((one) => (one.id === named('Contract').id ? { ...one, schema: String(one['schema']).replace('"maximum": 90', '"maximum": 150'), contractVersion: 2 } : one));
    assert.equal((await holdfast.request('/flows', { token, method: 'POST', body: mended })).status, 204);
    await until(async () => (await ask<{ unsettled?: object }>('status')).unsettled !== undefined, 'the flows run again');
    await press('release');
    await until(async () => (await ask<Partial<ReleaseProgress>>('quarantine/release')).state === 'done', 'the release is over');
    await api.untilSettled();
    const { ts, values } = JSON.parse(first?.preview.text ?? '{}') as { ts: number; values: { temperature: number } };
    assert.deepEqual((await storedAt(ts)).map(({ value }) => value), [values.temperature]);
    const { waiting, released, put } = await ask<QuarantineSummary>('quarantine/summary');
    assert.deepEqual({ waiting, released: released >= 3 && released === put }, { waiting: 0, released: true });
    const { total } = await ask<{ total: { difference: number } }>('ledger');
    assert.equal(total.difference, 0);
  });
});
