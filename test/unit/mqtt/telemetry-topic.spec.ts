import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { classifyPublish, maySubscribe } from '../../../core/mqtt/telemetry-topic.ts';
import type { Principal } from '../../../core/registry/principal.ts';

const device: Principal = { id: 'p1', kind: 'device', profile: '', children: [] };
const gateway: Principal = { id: 'gate', kind: 'gateway', profile: '', children: ['c1', 'c2'] };
const application: Principal = { id: 'app', kind: 'application', profile: '', children: [] };
const principals = { device, gateway, application };

/** In one word: whose telemetry it is, that it is relayed (and may be retained), or that it is forbidden. */
function publish(principal: Principal, topic: string): string {
  const meaning = classifyPublish(principal, topic, (child) => principal.children.includes(child));
  if (meaning.kind === 'telemetry') return `${meaning.format === 'auto' ? '' : `${meaning.format} `}readings of ${meaning.device}`;
  return meaning.kind === 'relay' ? (meaning.mayRetain ? 'relayed, retained' : 'relayed') : 'forbidden';
}

describe('a publish', () => {
  const table: Array<[topic: string, device: string, gateway: string, application: string]> = [
    ['devices/p1/telemetry', 'readings of p1', 'forbidden', 'forbidden'],
    ['devices/p1/telemetry/more', 'readings of p1', 'forbidden', 'forbidden'],
    ['devices/p1/status', 'relayed, retained', 'forbidden', 'forbidden'],
    ['devices/p1/status/a/b', 'relayed', 'forbidden', 'forbidden'],
    ['devices/p1/anything', 'relayed', 'forbidden', 'forbidden'],
    ['devices/p1/commands', 'relayed', 'forbidden', 'relayed, retained'],
    ['devices/p1', 'relayed', 'forbidden', 'forbidden'],
    ['devices/c1/telemetry', 'forbidden', 'readings of c1', 'forbidden'],
    ['devices/c1/status', 'forbidden', 'relayed, retained', 'forbidden'],
    ['devices/c3/telemetry', 'forbidden', 'forbidden', 'forbidden'],
    ['devices/gate/telemetry', 'forbidden', 'forbidden', 'forbidden'],
    ['devices/P1/telemetry', 'forbidden', 'forbidden', 'forbidden'],
    ['devices//telemetry', 'forbidden', 'forbidden', 'forbidden'],
    ['devices/', 'forbidden', 'forbidden', 'forbidden'],
    ['devices', 'forbidden', 'forbidden', 'forbidden'],
    ['alarms/p1/hot', 'forbidden', 'forbidden', 'relayed, retained'],
    ['alarms', 'forbidden', 'forbidden', 'relayed, retained'],
    ['$SYS/broker/clients', 'forbidden', 'forbidden', 'forbidden'],
    ['$share/devices/p1', 'forbidden', 'forbidden', 'forbidden'],
    ['factory/hall-2/press', 'readings of p1', 'forbidden', 'relayed, retained'],
    ['/devices/p2/telemetry', 'readings of p1', 'forbidden', 'relayed, retained'],
    ['spBv1.0/plant/NDATA/gate', 'forbidden', 'sparkplug-b readings of gate', 'forbidden'],
    ['spBv1.0/plant/NBIRTH/gate', 'forbidden', 'sparkplug-b readings of gate', 'forbidden'],
    ['spBv1.0/plant/NDEATH/p1', 'sparkplug-b readings of p1', 'forbidden', 'forbidden'],
    ['spBv1.0/plant/DDATA/gate/c1', 'forbidden', 'sparkplug-b readings of c1', 'forbidden'],
    ['spBv1.0/plant/DDEATH/gate/c3', 'forbidden', 'forbidden', 'forbidden'],
    ['spBv1.0/plant/DDATA/other/c1', 'forbidden', 'forbidden', 'forbidden'],
    ['spBv1.0/plant/DDATA/gate', 'forbidden', 'forbidden', 'forbidden'],
    ['spBv1.0/plant/DDATA/gate/', 'forbidden', 'forbidden', 'forbidden'],
    ['spBv1.0/plant/DDATA/gate/c1/x', 'forbidden', 'forbidden', 'forbidden'],
    ['spBv1.0/plant/DDATA/p1/p1', 'forbidden', 'forbidden', 'forbidden'],
    ['spBv1.0/plant/NDATA/gate/c1', 'forbidden', 'forbidden', 'forbidden'],
    ['spBv1.0/plant/NCMD/gate', 'forbidden', 'forbidden', 'relayed'],
    ['spBv1.0/plant/DCMD/gate/c1', 'forbidden', 'forbidden', 'relayed'],
    ['spBv1.0/STATE/scada', 'forbidden', 'forbidden', 'relayed, retained'],
    ['spBv1.0', 'forbidden', 'forbidden', 'forbidden'],
    ['Devices/p2/telemetry', 'readings of p1', 'forbidden', 'relayed, retained'],
  ];
  for (const [topic, ...expected] of table) {
    it(`on ${topic} is ${expected.join(' / ')} for a device, a gateway and an application`, () => {
      assert.deepEqual(Object.values(principals).map((principal) => publish(principal, topic)), expected);
    });
  }

  it('never makes readings of another device than the own or a child, whatever the topic', () => {
    const level = fc.oneof(fc.constantFrom('spBv1.0', 'NDATA', 'DDATA', 'gate', 'devices', 'p1', 'p2', 'c1', 'gate', 'telemetry', 'status', '', '.', '..', 'p1 '), fc.string({ maxLength: 4 }));
    fc.assert(fc.property(fc.array(level, { minLength: 1, maxLength: 5 }), fc.constantFrom(device, gateway, application), (levels, principal) => {
      const meaning = classifyPublish(principal, levels.join('/'), (child) => principal.children.includes(child));
      if (meaning.kind === 'telemetry') assert.ok(meaning.device === principal.id || principal.children.includes(meaning.device));
      if (meaning.kind === 'forbidden') assert.match(meaning.reason, /\w+.*\./);
    }));
  });
});

describe('a subscription', () => {
  const table: Array<[topic: string, device: boolean, gateway: boolean, application: boolean]> = [
    ['devices/p1/commands', true, false, true],
    ['devices/p1/commands/#', true, false, true],
    ['devices/c1/commands', false, true, true],
    ['devices/c3/commands', false, false, true],
    ['devices/gate/commands', false, false, true],
    ['devices/p1/telemetry', false, false, true],
    ['devices/p1/#', false, false, true],
    ['devices/p1/+', false, false, true],
    ['devices/+/commands', false, false, true],
    ['devices/#', false, false, true],
    ['devices', false, false, true],
    ['alarms/#', false, false, true],
    ['factory/#', false, false, true],
    ['#', false, false, false],
    ['+', false, false, false],
    ['+/p1/commands', false, false, false],
    ['+/#', false, false, false],
    ['$SYS/#', false, false, false],
    ['$SYS/+/new/clients', false, false, false],
    ['$share/group/devices/#', false, false, false],
    ['spBv1.0/plant/NCMD/gate', false, true, true],
    ['spBv1.0/plant/NCMD/gate/#', false, true, true],
    ['spBv1.0/+/DCMD/gate/+', false, true, true],
    ['spBv1.0/plant/NCMD/p1', true, false, true],
    ['spBv1.0/plant/NCMD/+', false, false, true],
    ['spBv1.0/plant/+/gate', false, false, true],
    ['spBv1.0/plant/NDATA/gate', false, false, true],
    ['spBv1.0/#', false, false, true],
    ['spBv1.0/STATE/#', true, true, true],
    ['devices/p1/comm+', false, false, true],
  ];
  for (const [topic, ...expected] of table) {
    it(`to ${topic} is ${expected.join(' / ')} for a device, a gateway and an application`, () => {
      assert.deepEqual(Object.values(principals).map((principal) => maySubscribe(principal, topic)), expected);
    });
  }
});
