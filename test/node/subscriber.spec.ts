import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { Aedes } from 'aedes';
import { connectAsync } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { byAlias, encode } from '../unit/sparkplug/messages.ts';
import { aMoment, backend, collect, deploy, helper, load, loggedErrors, statusOf, temporaryDirectory, unload, unsettled, until, useRuntime } from '../support/node-helper.ts';
import type { FlowNode } from '../support/node-helper.ts';
import { listen } from '../support/node-red-process.ts';
import { samplesIn } from '../support/sample-messages.ts';
import { heldAt, openGate } from '../support/test-nodes.ts';

const TIME = Date.UTC(2026, 10, 22);

/** An MQTT 3.1.1 broker that keeps sessions in memory. */
class Broker {
  readonly aedes: Aedes;
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<{ destroy(): void }>();

  static async open(port = 0): Promise<Broker> {
    const aedes = await Aedes.createBroker();
    const server = createServer();
    await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
    return new Broker(aedes, server);
  }

  private constructor(aedes: Aedes, server: Server) {
    this.aedes = aedes;
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      aedes.handle(socket);
    });
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((done) => this.#server.close(done));
    await new Promise<void>((done) => this.aedes.close(done));
  }
}

describe('holdfast-subscriber', () => {
  useRuntime();
  let broker: Broker;
  let device: MqttClient;
  beforeEach(async () => {
    broker = await Broker.open();
    device = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { reconnectPeriod: 0 });
  });
  afterEach(async () => {
    await unload();
    await device.endAsync(true);
    await broker.close();
  });

  /** A subscriber `sub` whose samples go to a collector `out` and a gate `gate`. */
  function flowWith(options: object = {}, wires: string[] = ['out']): FlowNode[] {
    const place = { z: 'f', x: 0, y: 0 };
    return [
      { id: 'f', type: 'tab' },
      { id: 'data', type: 'holdfast-backend', directory: temporaryDirectory() },
      { id: 'sub', type: 'holdfast-subscriber', ...place, backend: 'data', url: `mqtt://127.0.0.1:${broker.port}`, template: 'plant/{device}/telemetry', ...options, wires: [wires] },
      { id: 'out', type: 'helper', ...place, wires: [] },
      { id: 'gate', type: 'test-gate', ...place, wires: [[]] },
    ];
  }

  async function start(flow: FlowNode[]): Promise<void> {
    await load(flow);
    await until(() => statusOf('sub').fill === 'green', 'it has subscribed');
  }

  async function publish(id: string, payload: unknown, options: object = {}): Promise<void> {
    await device.publishAsync(`plant/${id}/telemetry`, typeof payload === 'string' ? payload : JSON.stringify(payload), { qos: 1, ...options });
  }

  it('brings a message of the broker into the flow as a sample of the device that the topic names', async () => {
    await start(flowWith({}, ['gate', 'out']));
    const out = collect('out');
    await publish('press-7', { ts: TIME, seq: 7, values: { temperature: 60.5, running: true } });
    await until(() => out.length === 1, 'it came out');
    const { _msgid, iot, ...message } = out[0] ?? {};
    assert.deepEqual(message, { topic: 'press-7', payload: { temperature: 60.5, running: true } });
    const { id, received, ...header } = iot as { id: string; received: number };
    assert.match(id, /^press-7\/s7-/);
    assert.ok(received > TIME);
    assert.deepEqual(header, { v: 1, kind: 'sample', device: 'press-7', ts: TIME, tsSource: 'device', seq: 7, src: { via: 'subscriber', topic: 'plant/press-7/telemetry' } });
    await until(() => heldAt('gate').length === 1, 'the gate has it');
    assert.equal(unsettled('sub'), 1);
    openGate('gate');
    await until(() => unsettled('sub') === 0, 'it settled');
  });

  it('asks a Sparkplug edge node behind the broker for the birth that it needs', async () => {
    await start(flowWith({ template: 'spBv1.0/{group}/{type}/{gateway}/{device}' }));
    const asked = new Promise<string>((resolve) => device.once('message', (topic) => resolve(topic)));
    await device.subscribeAsync('spBv1.0/plant/NCMD/edge-1');
    await device.publishAsync('spBv1.0/plant/NDATA/edge-1', encode([byAlias(1, 'Double', 2.5)], 3), { qos: 1 });
    assert.equal(await asked, 'spBv1.0/plant/NCMD/edge-1');
  });

  it('sends batches when it is told to, in the order in which they came', async () => {
    await start(flowWith({ form: 'batch', batchSize: 10 }));
    const out = collect('out');
    await Promise.all(Array.from({ length: 50 }, (_, seq) => publish('press-7', { ts: TIME + seq, seq, values: { temperature: seq } })));
    await until(() => samplesIn(out).length === 50, 'all came out');
    assert.deepEqual(samplesIn(out).map(({ seq }) => seq), Array.from({ length: 50 }, (_, seq) => seq));
  });

  it('shows how many samples it delivered, what it refused and what it skipped', async () => {
    await publish('press-8', { t: 1 }, { retain: true });
    await start(flowWith());
    await publish('press 7', { t: 1 });
    await publish('press-7', { t: 1 });
    await until(() => statusOf('sub').text === 'subscribed · 1 delivered · 1 refused · 1 retained skipped', 'its status says so');
    const statement = backend().inbox.ledger.read().protocols['subscriber'];
    assert.deepEqual([statement?.received, statement?.refused], [2, { forbidden: 1 }]);
  });

  it('has the messages that came while it was away', async () => {
    const flow = flowWith();
    await start(flow);
    await deploy(flow.filter(({ id }) => id !== 'out').map((one) => (one.id === 'sub' ? { ...one, d: true } : one)), 'full');
    await publish('press-7', { t: 1 });
    await deploy(flow, 'full');
    const out = collect('out');
    await until(() => out.length === 1 || samplesIn(out).length > 0, 'it came out');
  });

  it('comes back when the broker does', async () => {
    await start(flowWith());
    const { port } = broker;
    await broker.close();
    await until(() => statusOf('sub').fill === 'red', 'it shows a red ring');
    broker = await Broker.open(port);
    await until(() => statusOf('sub').fill === 'yellow', 'it has subscribed again, to a broker without its session');
    assert.match(statusOf('sub').text ?? '', /^session lost · 0 delivered/);
    device = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 });
    const out = collect('out');
    await publish('press-7', { t: 1 });
    await until(() => out.length === 1, 'it works');
    assert.deepEqual(loggedErrors(), []);
  });

  it('takes its subscription away when it is deleted, and keeps it when it is disabled', async () => {
    const flow = flowWith();
    await start(flow);
    const subscribed = async (): Promise<boolean> => (await subscriptionsOf('holdfast-sub')).includes('plant/+/telemetry');
    await deploy(flow.map((one) => (one.id === 'sub' ? { ...one, d: true } : one)), 'full');
    assert.equal(await subscribed(), true);
    await deploy(flow, 'full');
    await until(() => statusOf('sub').fill === 'green', 'it has subscribed again');
    await deploy(flow.filter(({ id }) => id !== 'sub'), 'full');
    assert.equal(await subscribed(), false);
  });

  it('can be stopped while it tries to connect', async () => {
    const other = await listen(0);
    const flow = flowWith({ url: `mqtt://127.0.0.1:${other.port}` });
    await load(flow);
    await deploy(flow.filter(({ id }) => id !== 'sub'), 'full');
    await aMoment();
    await other.close();
    assert.deepEqual(loggedErrors(), []);
  });

  const WRONG: Array<{ what: string; options: object; says: RegExp }> = [
    { what: 'an address that is none', options: { url: 'broker.example' }, says: /address of the broker is "broker\.example"/ },
    { what: 'a password in the address', options: { url: 'mqtt://me:secret@127.0.0.1' }, says: /holds a user name or a password/ },
    { what: 'a template without a device', options: { template: 'plant/+/telemetry' }, says: /does not say where the device is/ },
    { what: 'a group that cannot be', options: { group: 'a/b' }, says: /Enter a name without \/, \+ and #/ },
    { what: 'TLS for an address without it', options: { tls: 'nowhere' }, says: /mqtt:\/\/ is not encrypted\. Begin the address with mqtts:\/\// },
    { what: 'a TLS configuration that is gone', options: { url: 'mqtts://127.0.0.1', tls: 'nowhere' }, says: /TLS configuration of this node is not there/ },
    { what: 'an unknown format', options: { format: 'xml' }, says: /format is "xml"/ },
  ];
  for (const { what, options, says } of WRONG) {
    it(`says what to mend about ${what}`, async () => {
      await load(flowWith(options));
      assert.match(loggedErrors().join(), says);
      assert.deepEqual([statusOf('sub').fill, statusOf('sub').shape], ['red', 'ring']);
    });
  }

  it('tells the dialog what its last message was and what became of it', async () => {
    await start(flowWith());
    const out = collect('out');
    await publish('press-7', { temperature: 21.5 });
    await until(() => out.length === 1, 'it came out');
    const { status, body } = (await helper.request().post('/holdfast-subscriber/sub/try').send({})) as { status: number; body: { summary?: string; message?: { payload?: unknown } } };
    assert.deepEqual([status, body.summary, body.message?.payload], [200, 'The last message came on plant/press-7/telemetry and became one sample of press-7.', '{"temperature":21.5}']);
  });

  async function subscriptionsOf(clientId: string): Promise<string[]> {
    const { persistence } = broker.aedes as unknown as { persistence: { subscriptionsByClient(client: { id: string }): Promise<Array<{ topic: string }>> } };
    return ((await persistence.subscriptionsByClient({ id: clientId })) ?? []).map(({ topic }) => topic);
  }
});
