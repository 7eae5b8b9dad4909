import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { BackendApi } from '../support/backend-api.ts';
import { freePorts, startHoldfast } from '../support/node-red-process.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { requireProgram } from '../support/requirements.ts';

const run = promisify(execFile);
const LIMIT = 20_000;

describe('the clients and the broker that people have', () => {
  let holdfast: Holdfast | undefined;
  let broker: ChildProcess | undefined;
  let api: BackendApi;
  let publish = '';
  let subscribe = '';
  let brokerPort = 0;
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-mosquitto-'));

  before(async function () {
    publish = requireProgram(this, 'mosquitto_pub', 'mosquitto-clients');
    subscribe = requireProgram(this, 'mosquitto_sub', 'mosquitto-clients');
    const mosquitto = requireProgram(this, 'mosquitto', 'mosquitto');
    holdfast = await startHoldfast();
    api = await BackendApi.of(holdfast);
    [brokerPort = 0] = await freePorts(1);
    const settings = join(directory, 'mosquitto.conf');
    writeFileSync(settings, `listener ${brokerPort} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
    broker = spawn(mosquitto, ['-c', settings], { stdio: 'ignore' });
    await untilOpen(brokerPort);
  });

  after(async () => {
    broker?.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
    await holdfast?.remove();
  });

  const gateway = (...extra: string[]): string[] => ['-h', '127.0.0.1', '-p', String(holdfast?.mqttPort), '-q', '1', ...extra];

  it('stores what mosquitto_pub sends with the credentials of a device', async () => {
    const { secret } = await api.letIn({ id: 'boiler-1', kind: 'device' });
    await run(publish, [...gateway('-u', 'boiler-1', '-P', secret), '-t', 'devices/boiler-1/telemetry', '-m', '{"temperature":61.5}']);
    const { temperature } = await stored('boiler-1', 'temperature');
    assert.equal(temperature?.value, 61.5);
  });

  it('takes the readings of a device of its own making, on a topic of its own choice', async () => {
    const { secret } = await api.letIn({ id: 'plug-1', kind: 'device' });
    await run(publish, [...gateway('-u', 'plug-1', '-P', secret), '-t', 'tele/plug-1/SENSOR', '-m', '{"ENERGY":{"Power":41}}']);
    const readings = await stored('plug-1', 'ENERGY.Power');
    assert.equal(readings['ENERGY.Power']?.value, 41);
  });

  it('refuses mosquitto_pub with a wrong secret', async () => {
    await api.letIn({ id: 'boiler-2', kind: 'device' });
    await assert.rejects(run(publish, [...gateway('-u', 'boiler-2', '-P', 'wrong'), '-t', 'devices/boiler-2/telemetry', '-m', '{"temperature":1}']), /not authori[sz]ed|bad user/i);
    assert.deepEqual(await api.latest('boiler-2'), {});
  });

  it('tells mosquitto_pub that speaks MQTT 5 so', async () => {
    const { secret } = await api.letIn({ id: 'boiler-3', kind: 'device' });
    await assert.rejects(run(publish, [...gateway('-u', 'boiler-3', '-P', secret), '-V', '5', '-t', 'devices/boiler-3/telemetry', '-m', '{"temperature":1}']), /protocol version/i);
  });

  it('keeps a command for mosquitto_sub, which is away, through a kill', async () => {
    const [device, application] = [await api.letIn({ id: 'valve-1', kind: 'device' }), await api.letIn({ id: 'console', kind: 'application' })];
    const valve = (...extra: string[]): string[] => gateway('-i', 'valve-1', '-u', 'valve-1', '-P', device.secret, '-c', '-t', 'devices/valve-1/commands', ...extra);
    await run(subscribe, valve('-E'));
    await run(publish, gateway('-u', 'console', '-P', application.secret, '-t', 'devices/valve-1/commands', '-m', 'open'));
    holdfast = await holdfast?.restart();
    assert.ok(holdfast);
    api = await BackendApi.of(holdfast);
    const { stdout } = await run(subscribe, valve('-C', '1', '-W', '20'));
    assert.equal(stdout.trim(), 'open');
  });

  it('stores what comes through a real Mosquitto, core mqtt in and holdfast-ingest', async () => {
    await addIngestFlow();
    await untilStored('pump-1', 'flow', async () => {
      await run(publish, ['-h', '127.0.0.1', '-p', String(brokerPort), '-q', '1', '-t', 'pump-1', '-m', '{"flow":12.25,"running":true}']);
    });
    const readings = await api.latest('pump-1');
    assert.deepEqual({ flow: readings['flow']?.value, running: readings['running']?.value }, { flow: 12.25, running: true });
  });

  async function addIngestFlow(): Promise<void> {
    const flow = {
      label: 'From Mosquitto',
      configs: [{ id: 'aaaabbbbcccc0001', type: 'mqtt-broker', broker: '127.0.0.1', port: String(brokerPort), protocolVersion: '4', keepalive: '60', cleansession: true, autoConnect: true }],
      nodes: [
        { id: 'aaaabbbbcccc0002', type: 'mqtt in', topic: '#', qos: '1', datatype: 'json', broker: 'aaaabbbbcccc0001', wires: [['aaaabbbbcccc0003']] },
        { id: 'aaaabbbbcccc0003', type: 'holdfast-ingest', version: 1, backend: '4c0f2a91d7e31001', wires: [['aaaabbbbcccc0004'], [], []] },
        { id: 'aaaabbbbcccc0004', type: 'holdfast-store', version: 1, backend: '4c0f2a91d7e31001', wires: [[]] },
      ],
    };
    const token = await holdfast?.login();
    const response = await holdfast?.request('/flow', { method: 'POST', body: flow, ...(token === undefined ? {} : { token }) });
    assert.equal(response?.status, 200, await response?.text());
  }

  async function stored(device: string, metric: string): Promise<Awaited<ReturnType<BackendApi['latest']>>> {
    await untilStored(device, metric, async () => undefined);
    return api.latest(device);
  }

  /** Asks again and again, since a client may publish before the flow has subscribed. */
  async function untilStored(device: string, metric: string, again: () => Promise<unknown>): Promise<void> {
    const deadline = Date.now() + LIMIT;
    while (!(metric in (await api.latest(device)))) {
      assert.ok(Date.now() < deadline, `${metric} of ${device} was not stored`);
      await again();
      await wait(200);
    }
  }
});

async function untilOpen(port: number): Promise<void> {
  const deadline = Date.now() + LIMIT;
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    assert.ok(Date.now() < deadline, `nothing listens on ${port}`);
    await wait(50);
  }
}
