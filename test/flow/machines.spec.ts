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

/** For each flow the button that is pressed, and the metric that the episode has to name. `hurry`: seconds in which the fault grows, in place of those of the flow. */
const MACHINES: ReadonlyArray<{ file: string; button: string; device: string; metric: string; hurry?: number }> = [
  { file: 'seasonal-freezer.json', button: 'The door stays open', device: 'freezer-1', metric: 'temperature' },
  { file: 'vibrating-press.json', button: 'A bearing wears out', device: 'press-1', metric: 'vibration', hurry: 100 },
  { file: 'van.json', button: 'The cooling fails', device: 'delivery-van-1', metric: 'cargo_temperature' },
];

/** How long the log is watched after the answer. */
const ANSWERED = 2_000;

/** What an episode message says. */
interface Told {
  device: string;
  metric: string;
  since: number;
  until?: number;
  why: string;
}

/** Holdfast with one of the flows. All of them run at the same time: what takes long is to wait until a fault shows. */
class Machine {
  readonly #flow: FlowElement[];
  readonly #device: string;
  readonly #metric: string;
  #home = '';
  #holdfast: Holdfast | undefined;
  #token = '';
  /** Event time from which on readings are of now, ms since the epoch. */
  #start = 0;

  constructor({ file, device, metric }: (typeof MACHINES)[number]) {
    this.#flow = readFlow(file).map((one) => (one.name === 'Episodes' ? { ...one, console: true, complete: '$string(payload)', targetType: 'jsonata' } : one));
    this.#device = device;
    this.#metric = metric;
  }

  /** Starts Holdfast with the flow, and waits until the past has been sent. */
  async start(): Promise<void> {
    this.#home = makeHome();
    writeFileSync(join(this.#home, 'flows.json'), JSON.stringify(this.#flow));
    this.#start = Date.now();
    this.#holdfast = await startHoldfast({ home: this.#home });
    this.#token = await this.#running.login();
    const api = await BackendApi.of(this.#running, this.#flow.find(({ type }) => type === 'holdfast-backend')?.id);
    for (const end = performance.now() + PAST_LIMIT; ((await api.latest(this.#device))[this.#metric]?.ts ?? 0) < this.#start; await wait(500)) {
      assert.ok(performance.now() < end, `the past is still being sent:\n${this.log.slice(-2_000)}`);
    }
  }

  async remove(): Promise<void> {
    await this.#holdfast?.remove();
    rmSync(this.#home, { recursive: true, force: true });
  }

  get log(): string {
    return this.#running.stdout() + this.#running.stderr();
  }

  has(name: string): boolean {
    return this.#flow.some((one) => one.name === name);
  }

  /** @param hurry the duration of the fault in seconds, as the dialog of the inject node gives a payload that is not deployed. */
  async press(name: string, hurry?: number): Promise<void> {
    const button = this.#flow.find((one) => one.name === name) ?? assert.fail(`the flow has no ${name}`);
    const payload = hurry === undefined ? undefined : JSON.stringify({ ...JSON.parse(String(button['payload'])), duration: hurry });
    const body = payload === undefined ? {} : { __user_inject_props__: [{ p: 'payload', v: payload, vt: 'json' }] };
    assert.equal((await this.#running.request(`/inject/${button.id}`, { token: this.#token, method: 'POST', body })).status, 200);
  }

  /** What was told of now: not of what the past brought. */
  told(): Told[] {
    return Array.from(this.log.matchAll(/\[debug:Episodes\] (\{.*\})$/gm), ([, json = '']) => JSON.parse(json) as Told).filter(({ since }) => since >= this.#start);
  }

  async episode(): Promise<Told> {
    for (const end = performance.now() + EPISODE_LIMIT; ; await wait(500)) {
      const found = this.told().find((one) => one.device === this.#device && one.metric === this.#metric);
      if (found) return found;
      assert.ok(performance.now() < end, `nothing was told of ${this.#metric}: ${JSON.stringify(this.told())}`);
    }
  }

  get #running(): Holdfast {
    return this.#holdfast ?? assert.fail('it was not started');
  }
}

describe('a flow that shows what a detector finds in a machine', function () {
  this.timeout(PAST_LIMIT + EPISODE_LIMIT + 60_000);
  const machines = MACHINES.map((described) => ({ ...described, machine: new Machine(described) }));

  before('start all of them, and wait until their past has been sent', () => Promise.all(machines.map(({ machine }) => machine.start())));
  after(() => Promise.all(machines.map(({ machine }) => machine.remove())));

  it('tells of no episode of now while nothing is wrong', async () => {
    await wait(HEALTHY);
    for (const { file, machine } of machines) assert.deepEqual(machine.told(), [], file);
  });

  it('tells of one in the metric at fault of the machine at fault when the button is pressed, and of none in the machine beside it', async () => {
    await Promise.all(machines.map(({ machine, button, hurry }) => machine.press(button, hurry)));
    const found = await Promise.all(machines.map(({ machine }) => machine.episode()));
    for (const { why } of found) assert.match(why, /\d.* /, 'a sentence with a number');
    for (const { machine, device } of machines) assert.deepEqual(machine.told().filter((one) => one.device !== device), []);
  });

  it('takes the answer that it was expected', async () => {
    const asking = machines.filter(({ machine }) => machine.has('It was expected'));
    assert.ok(asking.length > 0);
    await Promise.all(asking.map(({ machine }) => machine.press('It was expected')));
    await wait(ANSWERED);
  });

  it('has no error in its log', () => {
    for (const { file, machine } of machines) assert.deepEqual(machine.log.split('\n').filter((line) => /\[error\]|\[fatal\]/.test(line)), [], file);
  });
});
