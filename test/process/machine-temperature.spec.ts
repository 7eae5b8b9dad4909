import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import mqtt from 'mqtt';
import type { MqttClient } from 'mqtt';
import type { AlarmTransition } from '../../core/alarm/index.ts';
import { openStore } from '../../core/store/index.ts';
import type { StoredReading } from '../../core/store/index.ts';
import { BackendApi } from '../support/backend-api.ts';
import { startHoldfast } from '../support/node-red-process.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { requireSharedData } from '../support/requirements.ts';
import { readSeries } from '../support/series-publisher.ts';

const SERIES = 'realKnownCause/machine_temperature_system_failure.csv';
const DEVICE = 'machine-1';
/** The process is killed when this share of the rows has been acknowledged. */
const KILL_AT = [0.07, 0.2, 0.38, 0.59, 0.83];

describe('a real machine through the quick-start flow, killed five times on the way', () => {
  let holdfast: Holdfast | undefined;
  let publisher: ChildProcess | undefined;
  let observer: MqttClient | undefined;
  let rows: { ts: number; value: number }[] = [];
  let current: StoredReading[] = [];
  let superseded: StoredReading[] = [];
  let quarantined = -1;
  const alarms: AlarmTransition[] = [];
  let windows: [number, number][] = [];

  before('publish, kill and restart', async function () {
    const file = requireSharedData(this, `anomaly/nab/data/${SERIES}`);
    windows = readWindows(requireSharedData(this, 'anomaly/nab/labels/combined_windows.json'));
    rows = readSeries(file);
    holdfast = await startHoldfast();
    let api = await BackendApi.of(holdfast);
    const { secret } = await api.letIn({ id: DEVICE, kind: 'device' });
    const reader = await api.letIn({ id: 'observer', kind: 'application' });
    const url = `mqtt://127.0.0.1:${holdfast.mqttPort}`;
    observer = mqtt.connect(url, { username: 'observer', password: reader.secret, reconnectPeriod: 50 });
    observer.on('error', () => undefined);
    observer.on('message', (_topic, payload) => alarms.push(JSON.parse(payload.toString()) as AlarmTransition));
    await observer.subscribeAsync(`alarms/${DEVICE}`, { qos: 1 });

    publisher = spawn(process.execPath, [join(import.meta.dirname, '..', 'support', 'series-publisher.ts')], {
      env: { ...process.env, URL: url, DEVICE, SECRET: secret, METRIC: 'temperature', FILE: file },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise<number | null>((resolve) => publisher?.on('exit', resolve));
    const kills = KILL_AT.map((share) => Math.floor(share * rows.length));
    let acknowledged = 0;
    for await (const line of createInterface({ input: publisher.stdout ?? process.stdin })) {
      ({ acknowledged } = JSON.parse(line) as { acknowledged: number });
      if (acknowledged < (kills[0] ?? Infinity)) continue;
      kills.shift();
      await holdfast.kill('SIGKILL');
      holdfast = await holdfast.restart();
    }
    assert.equal(await ended, 0);
    assert.deepEqual({ acknowledged, kills }, { acknowledged: rows.length, kills: [] });

    api = await BackendApi.of(holdfast);
    await api.untilSettled();
    ({ quarantined } = await api.status());
    await wait(500);
    const { home } = holdfast;
    await holdfast.stop();
    const store = openStore(join(home, 'data'));
    const range = { device: DEVICE, metric: 'temperature', from: 0, to: Date.now(), limit: 100_000 };
    current = store.range(range);
    superseded = store.superseded(range);
    store.close();
  });

  after(async () => {
    publisher?.kill('SIGKILL');
    await observer?.endAsync(true);
    await holdfast?.remove();
  });

  it('has stored every acknowledged row exactly once, with its value and time', () => {
    const order = (a: { ts: number; value: unknown }, b: { ts: number; value: unknown }): number => a.ts - b.ts || Number(a.value) - Number(b.value);
    const stored = [...current, ...superseded].map(({ ts, value }) => ({ ts, value })).toSorted(order);
    assert.equal(stored.length, rows.length);
    assert.deepEqual(stored, rows.toSorted(order));
  });

  it('keeps the later of two readings of one time as the current one, and the earlier beside it', () => {
    assert.equal(current.length, new Set(rows.map(({ ts }) => ts)).size);
    assert.equal(superseded.length, rows.length - current.length);
  });

  it('has put nothing into quarantine', () => assert.equal(quarantined, 0));

  it('has raised an alarm within a labelled window', () => {
    const within = alarms.filter(({ state, ts, alarm }) => state === 'raised' && alarm === 'Unusual' && windows.some(([from, to]) => ts >= from && ts <= to));
    assert.ok(within.length > 0, `of ${alarms.length} alarms none lies in a window`);
  });
});

function readWindows(file: string): [number, number][] {
  const labels = JSON.parse(readFileSync(file, 'utf8')) as Record<string, [string, string][]>;
  return (labels[SERIES] ?? []).map(([from, to]) => [time(from), time(to)]);
}

function time(text: string): number {
  return Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`);
}
