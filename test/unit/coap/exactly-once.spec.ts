import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Answer, Delivery } from '../../../core/intake/delivery.ts';
import { Device, Network, type Adversity } from './adversary.ts';
import { Harbour } from './harbour.ts';
import { seeded } from './seeded.ts';

const DEVICES = 4;
const MESSAGES = 12;

describe('a network that loses, doubles and reorders', () => {
  it('makes no message be lost, or offered twice, whatever it does', () => {
    const adversities = fc.record({ loss: fc.double({ min: 0, max: 0.5, noNaN: true }), duplication: fc.double({ min: 0, max: 0.5, noNaN: true }), delay: fc.integer({ min: 0, max: 8_000 }) });
    fc.assert(fc.property(adversities, fc.integer(), fc.boolean(), (adversity, seed, slow) => run(adversity, seed, slow)), { seed: 7, numRuns: 60 });
  }).timeout(60_000);

  function run(adversity: Adversity, seed: number, slow: boolean): void {
    const random = seeded(seed);
    const harbour = new Harbour();
    const network = new Network(harbour, random, adversity);
    const committed: string[] = [];
    // The disk takes up to five seconds, and one message in ten is refused at first.
    harbour.intake.offer = (delivery: Delivery, answer: Answer) => {
      const refused = random() < 0.1;
      harbour.clock.setTimeout(() => {
        if (!refused) committed.push(Buffer.from(delivery.payload).toString());
        answer(refused ? { reason: 'disk', message: 'The disk is full.' } : undefined);
      }, random() * (slow ? 5_000 : 10));
    };
    const payloads = (device: number): string[] => Array.from({ length: MESSAGES }, (_, index) => JSON.stringify({ device, index, equal: 'readings are no repetition' }));
    const devices = Array.from({ length: DEVICES }, (_, device) => new Device(harbour, network, random, 40_000 + device, payloads(device)));
    for (let step = 0; step < 2_000_000 && !devices.every(({ done }) => done); step += 1) {
      harbour.clock.advance(50);
      network.deliver();
    }
    const expected = devices.flatMap((_, device) => payloads(device)).toSorted();
    assert.deepEqual(devices.flatMap(({ acknowledged }) => acknowledged).toSorted(), expected, 'acknowledged');
    assert.deepEqual(committed.toSorted(), expected, 'offered and not refused');
    assert.equal(harbour.server.counts.acknowledged, DEVICES * MESSAGES);
  }
});
