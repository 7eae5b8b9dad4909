import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { createRandom } from '../../../core/simulator/random.ts';
import { COUNT_READINGS } from '../../../core/store/embedded/layout.ts';
import { BackendApi } from '../../support/backend-api.ts';
import { freePorts, startHoldfast } from '../../support/node-red-process.ts';
import type { Holdfast } from '../../support/node-red-process.ts';
import { BACKEND_ID } from '../flow.ts';
import type { FaultDevice } from '../rows.ts';
import { TcpProxy } from '../tcp-proxy.ts';
import { untilOpen } from '../until.ts';
import { centreFlow, edgeFlow, FORWARD_ID } from './flows.ts';
import type { ForwardOptions } from './options.ts';

const QUEUE_LIMIT = 180_000;
const CONNECT_LIMIT = 10_000;

/** Two Holdfasts, the edge and the centre, and the link between them. */
export class Pair {
  edge!: Holdfast;
  centre!: Holdfast;
  link!: TcpProxy;
  /** Where the devices send to. */
  port = 0;
  /** What came out of the gateways of the two. */
  readonly arrivals: { edge: string; centre: string };
  readonly centreData: string;
  readonly #edgeData: string;
  #stored: DatabaseSync | undefined;

  private constructor(directory: string) {
    this.#edgeData = join(directory, 'edge');
    this.centreData = join(directory, 'centre');
    this.arrivals = { edge: join(directory, 'arrivals-edge'), centre: join(directory, 'arrivals-centre') };
  }

  static async start({ seed, order, over }: ForwardOptions, directory: string, devices: readonly FaultDevice[]): Promise<Pair> {
    const pair = new Pair(directory);
    try {
      for (const folder of [pair.#edgeData, pair.centreData]) mkdirSync(folder);
      const [edgeMqtt = 0, http = 0, mqtt = 0] = await freePorts(3);
      pair.port = edgeMqtt;
      pair.link = await TcpProxy.open(over === 'http' ? http : mqtt, createRandom(seed, 'link'));
      pair.centre = await startHoldfast();
      await deploy(pair.centre, centreFlow({ directory: pair.centreData, httpPort: http, mqttPort: mqtt, arrivals: pair.arrivals.centre }));
      const { secret } = await (await BackendApi.of(pair.centre, BACKEND_ID)).letIn({ id: 'edge', kind: 'gateway', children: devices.map(({ id }) => id) });
      await untilOpen(http, 'The gateway of the centre', () => pair.centre.stdout());
      pair.edge = await startHoldfast();
      await deploy(pair.edge, edgeFlow({ directory: pair.#edgeData, mqttPort: edgeMqtt, url: `${over}://127.0.0.1:${pair.link.port}`, order, secret, arrivals: pair.arrivals.edge }));
      await untilOpen(edgeMqtt, 'The gateway of the edge', () => pair.edge.stdout());
      pair.#stored = new DatabaseSync(join(pair.centreData, 'store.sqlite'), { readOnly: true, timeout: 5_000 });
      return pair;
    } catch (error) {
      await pair.close();
      throw error;
    }
  }

  async letIn(devices: readonly FaultDevice[]): Promise<(FaultDevice & { secret: string })[]> {
    const api = await BackendApi.of(this.edge, BACKEND_ID);
    const letIn: (FaultDevice & { secret: string })[] = [];
    for (const device of devices) letIn.push({ ...device, ...(await api.letIn({ id: device.id, kind: 'device' })) });
    return letIn;
  }

  /** How many readings are stored at the centre now. */
  stored(): number {
    return Number(this.#stored?.prepare(COUNT_READINGS).get()?.['readings'] ?? 0);
  }

  /** Resolves when the edge has a connection through the link, or it is clear that it needs none. */
  async connected(): Promise<void> {
    const end = performance.now() + CONNECT_LIMIT;
    while (this.link.connections === 0 && performance.now() < end) await wait(5);
  }

  async kill(which: 'edge' | 'centre'): Promise<void> {
    this[which] = await this[which].restart();
  }

  /** Resolves when nothing is under way at the edge, in its queue, or at the centre. @returns how many messages are in quarantine at the two. */
  async settled(): Promise<number> {
    const edge = await BackendApi.of(this.edge, BACKEND_ID);
    await edge.untilSettled();
    await this.#untilForwarded();
    const centre = await BackendApi.of(this.centre, BACKEND_ID);
    await centre.untilSettled();
    return (await edge.status()).quarantined + (await centre.status()).quarantined;
  }

  /** Stops both in an orderly way and leaves their data. */
  async stop(): Promise<void> {
    this.#stored?.close();
    await this.edge.stop();
    await this.centre.stop();
  }

  async close(): Promise<void> {
    if (this.#stored?.isOpen === true) this.#stored.close();
    await this.edge?.remove();
    await this.centre?.remove();
    await this.link?.close();
  }

  async #untilForwarded(): Promise<void> {
    const queue = new DatabaseSync(join(this.#edgeData, `forward-${FORWARD_ID}.sqlite`), { readOnly: true, timeout: 5_000 });
    try {
      const end = performance.now() + QUEUE_LIMIT;
      for (;;) {
        const left = Number(queue.prepare('SELECT coalesce(sum(left), 0) AS entries FROM segment').get()?.['entries']);
        if (left === 0) return;
        if (performance.now() > end) throw new Error(`${left} entries are in the queue of the edge, and do not get through:\n${this.edge.stdout().slice(-2_000)}`);
        await wait(100);
      }
    } finally {
      queue.close();
    }
  }
}

async function deploy(holdfast: Holdfast, flow: object[]): Promise<void> {
  const answer = await holdfast.request('/flows', { token: await holdfast.login(), method: 'POST', body: flow, headers: { 'Node-RED-Deployment-Type': 'full' } });
  if (!answer.ok) throw new Error(`The flow was not deployed (HTTP ${answer.status}): ${await answer.text()}`);
}
