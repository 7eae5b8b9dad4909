import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { BackendApi } from '../support/backend-api.ts';
import { readFlow } from '../support/flow-files.ts';
import type { FlowElement } from '../support/flow-files.ts';
import { makeHome, startHoldfast } from '../support/node-red-process.ts';
import type { Holdfast } from '../support/node-red-process.ts';

/** What a machine under load takes longer than the half minute that the flows speak of. */
const PAST_LIMIT = 240_000;
const EPISODE_LIMIT = 240_000;
/** How long the machines are watched while nothing is wrong. */
const HEALTHY = 20_000;

/** For each flow the button that is pressed, and the metric that the episode has to name. */
const MACHINES = [
  { file: 'seasonal-freezer.json', button: 'The door stays open', device: 'freezer-1', metric: 'temperature' },
  { file: 'vibrating-press.json', button: 'A bearing wears out', device: 'press-1', metric: 'vibration' },
  { file: 'van.json', button: 'The cooling fails', device: 'delivery-van-1', metric: 'cargo_temperature' },
];

/** What an episode message says. */
interface Told {
  device: string;
  metric: string;
  since: number;
  until?: number;
  why: string;
}

describe('a flow that shows what a detector finds in a machine', function () {
  this.timeout(PAST_LIMIT + EPISODE_LIMIT + 60_000);

  for (const { file, button, device, metric } of MACHINES) {
    describe(file, () => {
      const flow = readFlow(file).map((one) => (one.name === 'Episodes' ? { ...one, console: true, complete: '$string(payload)', targetType: 'jsonata' } : one));
      const named = (name: string): FlowElement => flow.find((one) => one.name === name) ?? assert.fail(`the flow has no ${name}`);
      let home: string;
      let holdfast: Holdfast;
      let token: string;
      let start: number;

      before('start Holdfast with it, and wait until the past has been sent', async () => {
        home = makeHome();
        writeFileSync(join(home, 'flows.json'), JSON.stringify(flow));
        start = Date.now();
        holdfast = await startHoldfast({ home });
        token = await holdfast.login();
        const api = await BackendApi.of(holdfast, flow.find(({ type }) => type === 'holdfast-backend')?.id);
        for (const end = performance.now() + PAST_LIMIT; ; await wait(500)) {
          if (((await api.latest(device))[metric]?.ts ?? 0) >= start) break;
          assert.ok(performance.now() < end, `the past is still being sent:\n${holdfast.stdout().slice(-2_000)}`);
        }
      });
      after(async () => {
        await holdfast?.remove();
        rmSync(home, { recursive: true, force: true });
      });

      const told = (): Told[] => Array.from(holdfast.stdout().matchAll(/\[debug:Episodes\] (\{.*\})$/gm), ([, json = '']) => JSON.parse(json) as Told);

      it('tells of no episode of now while nothing is wrong', async () => {
        await wait(HEALTHY);
        assert.deepEqual(told().filter(({ since }) => since >= start), []);
      });

      it(`tells of one in ${metric} of ${device} when the button is pressed, and of none in the machine beside it`, async () => {
        const answer = await holdfast.request(`/inject/${named(button).id}`, { token, method: 'POST', body: {} });
        assert.equal(answer.status, 200);
        const found = (): Told | undefined => told().find((one) => one.device === device && one.metric === metric && one.since >= start);
        for (const end = performance.now() + EPISODE_LIMIT; found() === undefined; await wait(500)) {
          assert.ok(performance.now() < end, `nothing was told of ${metric}: ${JSON.stringify(told())}`);
        }
        assert.match(found()?.why ?? '', /\d.* /, 'a sentence with a number');
        assert.deepEqual(told().filter((one) => one.device !== device && one.since >= start), []);
      });

      if (flow.some(({ name }) => name === 'It was expected')) {
        it('takes the answer that it was expected', async () => {
          assert.equal((await holdfast.request(`/inject/${named('It was expected').id}`, { token, method: 'POST', body: {} })).status, 200);
          await wait(2_000);
        });
      }

      it('has no error in its log', () => {
        assert.deepEqual((holdfast.stdout() + holdfast.stderr()).split('\n').filter((line) => /\[error\]|\[fatal\]/.test(line)), []);
      });
    });
  }
});
