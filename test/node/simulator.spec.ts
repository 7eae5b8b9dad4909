import assert from 'node:assert/strict';
import { aMoment, backend, collect, deploy, load, loggedErrors, node, sentenceOf, statusOf, temporaryDirectory, until, useRuntime } from '../support/node-helper.ts';
import type { FlowNode } from '../support/node-helper.ts';
import { freePorts } from '../support/node-red-process.ts';
import { samplesIn } from '../support/sample-messages.ts';

describe('holdfast-simulator', () => {
  useRuntime();
  let flow: FlowNode[] = [];

  beforeEach(async () => {
    const [port = 0] = await freePorts(1);
    const place = { z: 'f', x: 0, y: 0 };
    const directory = temporaryDirectory();
    flow = [
      { id: 'f', type: 'tab' },
      { id: 'data', type: 'holdfast-backend', directory },
      { id: 'gw', type: 'holdfast-gateway', ...place, backend: 'data', port, wires: [['samples']] },
      { id: 'sim', type: 'holdfast-simulator', ...place, backend: 'data', url: `mqtt://127.0.0.1:${port}`, fleet: [{ kind: 'press', count: 2 }, { kind: 'cold-room', count: 1 }], interval: 0.05, wires: [['faults']] },
      { id: 'samples', type: 'helper', ...place, wires: [] },
      { id: 'faults', type: 'helper', ...place, wires: [] },
      { id: 'catch', type: 'catch', scope: ['sim'], ...place, wires: [['caught']] },
      { id: 'caught', type: 'helper', ...place, wires: [] },
    ];
  });

  it('connects each device as an MQTT client of its own, which sends plausible readings', async () => {
    await load(flow);
    const out = collect('samples');
    await until(() => new Set(samplesIn(out).map(({ device }) => device)).size === 3, 'all three sent', 15_000);
    for (const { device, src, values, profile } of samplesIn(out)) {
      assert.equal(src.principal, device);
      assert.equal(profile, device.replace(/-\d$/, ''));
      const temperature = Number(values['temperature']);
      assert.ok(device.startsWith('press') ? temperature > 50 && temperature < 85 : temperature > -40 && temperature < 15, `${device} is at ${temperature}`);
    }
    await until(() => (statusOf('sim').text ?? '').startsWith('3 of 3 connected'), 'its status says so');
  });

  it('makes a fault happen that a message asks for, and tells when it begins and ends', async () => {
    await load(flow);
    const out = collect('samples');
    const faults = collect('faults');
    await until(() => out.length > 0, 'they send', 15_000);
    node('sim').receive({ payload: { kind: 'dropout', device: 'press-1', duration: 0.5 } });
    await until(() => faults.length === 1, 'it began');
    await aMoment(100);
    const before = out.length;
    await aMoment(250);
    const during = samplesIn(out.slice(before)).map(({ device }) => device);
    assert.equal(during.includes('press-1'), false);
    assert.ok(during.includes('press-2'));
    await until(() => faults.length === 2, 'it ended');
    assert.deepEqual(faults.map(({ topic, payload }) => [topic, (payload as { phase: string; kind: string }).phase, (payload as { kind: string }).kind]), [['press-1', 'started', 'dropout'], ['press-1', 'ended', 'dropout']]);
    const after = out.length;
    await until(() => samplesIn(out.slice(after)).some(({ device }) => device === 'press-1'), 'it sends again');
  });

  for (const [payload, says] of [
    [{ kind: 'gremlins', device: 'press-1', duration: 5 }, /There is no fault of kind "gremlins"\. Choose one of: dropout/],
    [{ kind: 'drift', device: 'press-9', duration: 5 }, /has no device "press-9"\. Name one of its devices \(press-1/],
    [{ kind: 'drift', device: 'press-1', duration: -1 }, /The duration -1 of the fault must be a number of seconds above 0/],
    ['drift', /asks for no fault\. Send, for example/],
  ] as const) {
    it(`says what is wrong with the fault ${JSON.stringify(payload)}`, async () => {
      await load(flow);
      const caught = collect('caught');
      node('sim').receive({ payload });
      await until(() => caught.length === 1, 'it was caught');
      assert.match(sentenceOf(caught[0]), says);
    });
  }

  it('lets its devices send a past first, marked historical, and after a restart only what they missed', async () => {
    const withPast = flow.map((one) => (one.id === 'sim' ? { ...one, version: 2, fleet: [{ kind: 'press', count: 1 }], interval: 10, pastDays: 0.5 } : one));
    await load(withPast);
    let out = collect('samples');
    await until(() => samplesIn(out).length >= 4_320, 'the past has come', 20_000);
    const past = samplesIn(out).slice(0, 4_320);
    assert.ok(past.every(({ historical, ts, received }) => historical === true && ts <= received));
    past.slice(1).forEach(({ ts, seq = 0 }, index) => assert.deepEqual([ts - (past[index]?.ts ?? 0), seq - (past[index]?.seq ?? 0)], [10_000, 1]));
    assert.ok((past[0]?.ts ?? Infinity) < Date.now() - 43_000_000);
    await until(() => statusOf('sim').text === '1 of 1 connected', 'its status says no more of a past');
    await deploy(withPast.map((one) => (one.type === 'tab' ? one : { ...one, interval: 0.5, name: 'again' })), 'full');
    out = collect('samples');
    await until(() => samplesIn(out).length >= 3, 'it sends again', 15_000);
    assert.ok(samplesIn(out).every(({ ts }) => ts > (past.at(-1)?.ts ?? Infinity)));
    assert.ok(samplesIn(out).length < 100, `${samplesIn(out).length} samples`);
  });

  it('is told in a sentence of a past that would be too long for its interval', async () => {
    await load(flow.map((one) => (one.id === 'sim' ? { ...one, version: 2, interval: 0.1, pastDays: 60 } : one)));
    assert.match(loggedErrors().join(), /The past would be [\d,]+ samples of 3 devices, and 1,000,000 is the most\. Shorten it/);
  });

  it('stops every device when it is removed', async () => {
    await load(flow);
    const out = collect('samples');
    await until(() => out.length > 10 && (statusOf('gw').text ?? '').startsWith('3 connected'), 'they send', 15_000);
    await deploy(flow.filter(({ id }) => id !== 'sim'), 'nodes');
    await until(() => (statusOf('gw').text ?? '').startsWith('0 connected'), 'all are disconnected');
    const before = out.length;
    // Longer than a device that lost its connection waits before it tries again.
    await aMoment(2_500);
    assert.match(statusOf('gw').text ?? '', /^0 connected · \d+ (delivered|messages\/s)$/, 'a device still tried to come back');
    assert.equal(out.length, before);
    assert.deepEqual(loggedErrors(), []);
  });

  it('comes back after a full deploy, with numbers that go on', async () => {
    await load(flow);
    let out = collect('samples');
    await until(() => out.length > 10, 'they send', 15_000);
    const last = Math.max(...samplesIn(out).map(({ seq }) => seq ?? 0));
    await deploy(flow.map((one) => (one.type === 'tab' ? one : { ...one, name: 'again' })), 'full');
    out = collect('samples');
    await until(() => samplesIn(out).some(({ seq }) => (seq ?? 0) > last), 'they send again', 15_000);
    assert.equal(backend().inbox.quarantine.summary().waiting, 0);
  });
});
