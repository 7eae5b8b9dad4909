import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import mqtt from 'mqtt';
import type { MqttClient } from 'mqtt';
import type { AlarmTransition } from '../../core/alarm/index.ts';
import { BackendApi } from '../support/backend-api.ts';
import { FLOW_FILES, readFlow, readFlowText } from '../support/flow-files.ts';
import type { FlowElement } from '../support/flow-files.ts';
import { makeHome, startHoldfast } from '../support/node-red-process.ts';
import type { Holdfast } from '../support/node-red-process.ts';

const READINGS_LIMIT = 30_000;
/** A press is warmed by 2.5 degrees a second and cools with a time constant of 40 seconds. */
const ALARM_LIMIT = 180_000;
/** A minute of the fault, and what a machine under load takes longer. */
const FINDINGS_LIMIT = 150_000;
/** What the flows that show a fault of a sensor find, by metric; `raw`: the value that stands beside one that was altered. */
const FINDINGS: Readonly<Record<string, { seconds: number; tests: Record<string, string[]>; raw?: Record<string, unknown> }>> = {
  'interference.json': { seconds: 40, tests: { pressure: ['rate_of_change_test', 'spike_test'], temperature: ['rate_of_change_test'], vibration: ['rate_of_change_test'] } },
  'stuck-sensor.json': { seconds: 60, tests: { temperature: ['flat_line_test'], humidity: ['flat_line_test'] } },
  'loose-wire.json': { seconds: 40, tests: { temperature: ['sentinel_test', 'gross_range_test', 'held'] }, raw: { temperature: -127 } },
  'dead-battery.json': { seconds: 40, tests: { humidity: ['gap_test', 'gross_range_test'], temperature: ['gap_test'] } },
  'scrapped-machine.json': { seconds: 60, tests: { pressure: ['gross_range_test', 'flat_line_test'], vibration: ['flat_line_test'] } },
};
const OVERHEAT = { kind: 'drift', device: 'press-1', duration: 13 };

describe('a shipped flow', () => {
  for (const file of FLOW_FILES) {
    describe(file, () => {
      const flow = readFlow(file);
      const ofType = (type: string): FlowElement[] => flow.filter((one) => one.type === type);
      let holdfast: Holdfast;
      let api: BackendApi;
      let home: string;
      let observer: MqttClient | undefined;

      before('start Holdfast with this flow alone', async function () {
        this.timeout(180_000);
        home = makeHome();
        writeFileSync(join(home, 'flows.json'), readFlowText(file));
        holdfast = await startHoldfast({ home });
        api = await BackendApi.of(holdfast, ofType('holdfast-backend')[0]?.id);
      });

      after(async () => {
        await observer?.endAsync(true);
        await holdfast?.remove();
        rmSync(home, { recursive: true, force: true });
      });

      /** Presses a button of the flow; with `payload`, as the dialog of the inject node does it with settings not deployed yet. */
      async function press(inject: FlowElement, payload?: object): Promise<void> {
        const props = payload && { __user_inject_props__: [{ p: 'payload', v: JSON.stringify(payload), vt: 'json' }] };
        const answer = await holdfast.request(`/inject/${inject.id}`, { token: await holdfast.login(), method: 'POST', body: props ?? {} });
        assert.equal(answer.status, 200);
      }

      it('starts with every node type it uses', () => {
        assert.match(holdfast.stdout(), /Started flows/);
        assert.doesNotMatch(holdfast.stdout(), /missing types|not supported/i);
      });

      it('stores readings', async () => {
        for (const inject of ofType('inject')) {
          if (!isFault(inject)) await press(inject);
        }
        const end = performance.now() + READINGS_LIMIT;
        while ((await api.status()).readings === 0) {
          assert.ok(performance.now() < end, `nothing was stored:\n${holdfast.stdout()}`);
          await wait(100);
        }
      });

      const route = ofType('http in').find(({ url }) => url === '/readings/:device');
      if (route) {
        it('answers over HTTP when the sample is on disk, or says why it was refused', async () => {
          const good = await holdfast.request('/readings/boiler-1', { method: 'POST', body: { temperature: 21.4 } });
          assert.equal(good.status, 201);
          await api.untilSettled();
          assert.equal((await api.latest('boiler-1'))['temperature']?.value, 21.4);
          const bad = await holdfast.request('/readings/boiler-1', { method: 'POST', body: {} });
          assert.equal(bad.status, 400);
          assert.match(await bad.text(), /holds no reading\. Send at least one metric/);
        });
      }

      const fault = ofType('inject').find((inject) => isFault(inject) && faultOf(inject)?.kind === 'drift');
      const overheating = ofType('holdfast-alarm').find(({ alarm }) => alarm === 'Overheating');
      if (fault && overheating) {
        it('raises the alarm once and clears it once when press-1 overheats', async function () {
          this.timeout(ALARM_LIMIT);
          assert.equal(faultOf(fault)?.device, 'press-1');
          const { secret } = await api.letIn({ id: 'operator', kind: 'application' });
          const told: AlarmTransition[] = [];
          observer = await mqtt.connectAsync(`mqtt://127.0.0.1:${holdfast.mqttPort}`, { username: 'operator', password: secret });
          observer.on('message', (_topic, payload) => told.push(JSON.parse(payload.toString()) as AlarmTransition));
          await observer.subscribeAsync('alarms/#', { qos: 1 });
          // What the button asks for, only shorter: it would take minutes to cool down.
          await press(fault, OVERHEAT);
          const seen = (): string[] => told.filter(({ alarm }) => alarm === 'Overheating').map(({ device, state }) => `${device} ${state}`);
          const end = performance.now() + ALARM_LIMIT - 10_000;
          while (seen().length < 2) {
            assert.ok(performance.now() < end, `told so far: ${seen().join(', ')}`);
            await wait(200);
          }
          assert.deepEqual(seen(), ['press-1 raised', 'press-1 cleared']);
        });
      }

      const findings = FINDINGS[file];
      if (findings) {
        it('finds what is wrong with the sensor that a button disturbs, and nothing with the one beside it', async function () {
          this.timeout(FINDINGS_LIMIT);
          const [inject = assert.fail('no button disturbs a sensor')] = ofType('inject').filter(isFault);
          const { kind, device = '' } = faultOf(inject) ?? {};
          const from = Date.now();
          await press(inject, { kind, device, duration: findings.seconds });
          const flagsOf = async (one: string, metric: string): Promise<Set<string>> => new Set((await api.readings(one, metric, from)).flatMap(({ flags = [] }) => flags));
          const end = performance.now() + FINDINGS_LIMIT - 10_000;
          for (const [metric, tests] of Object.entries(findings.tests)) {
            for (;;) {
              const flags = await flagsOf(device, metric);
              if (tests.every((test) => flags.has(test))) break;
              assert.ok(performance.now() < end, `of ${tests.join(', ')} only these were found in ${metric}: ${[...flags].join(', ')}`);
              await wait(500);
            }
            assert.deepEqual(await flagsOf(device.replace('-1', '-2'), metric), new Set());
          }
          for (const [metric, raw] of Object.entries(findings.raw ?? {})) {
            const altered = (await api.readings(device, metric, from)).filter((row) => row.raw !== undefined);
            assert.ok(altered.length > 0 && altered.every((row) => row.raw === raw && row.value !== raw), JSON.stringify(altered));
          }
        });
      }

      it('puts nothing into quarantine', async () => assert.equal((await api.status()).quarantined, 0));

      it('has no error in its log, also when it is stopped', async () => {
        await holdfast.stop();
        const log = holdfast.stdout() + holdfast.stderr();
        assert.deepEqual(log.split('\n').filter((line) => /\[error\]|\[fatal\]|Error:/.test(line)), []);
      });
    });
  }
});

/** The fault that a button asks a simulator for. */
function faultOf({ payload, payloadType }: FlowElement): { kind?: string; device?: string } | undefined {
  if (payloadType !== 'json' || typeof payload !== 'string') return undefined;
  return JSON.parse(payload) as { kind?: string; device?: string };
}

function isFault(inject: FlowElement): boolean {
  const fault = faultOf(inject);
  return fault?.kind !== undefined && fault.device !== undefined;
}
