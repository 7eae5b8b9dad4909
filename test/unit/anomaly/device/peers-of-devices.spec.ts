import assert from 'node:assert/strict';
import type { EpisodeEvent } from '../../../../core/anomaly/device/episode-event.ts';
import { PeerGroups } from '../../../../core/anomaly/peers/peer-groups.ts';
import { ManualClock } from '../../../../core/clock/manual-clock.ts';
import { gaussian } from '../random.ts';
import { Fleet, sample, START } from './fleet.ts';

const DEVICES = ['a', 'b', 'c', 'd', 'e'];

/** Five rooms whose temperatures wander together, and differ little from minute to minute. */
class Hall {
  readonly fleet = new Fleet({}, new PeerGroups({ groups: [{ tag: 'hall' }], devicesOf: () => DEVICES, clock: new ManualClock(START) }));
  readonly #noise = gaussian(3);
  #minute = 0;
  #level = 20;

  /** @param off by how much the first of them is off. @returns the episodes that began. */
  run(minutes: number, off = 0): EpisodeEvent[] {
    const began: EpisodeEvent[] = [];
    for (let count = 0; count < minutes; count += 1) {
      this.#minute += 1;
      this.#level += this.#noise() / 20 - (this.#level - 20) / 1_000;
      for (const device of DEVICES) began.push(...this.fleet.judge(sample(device, this.#minute, { t: this.#level + this.#noise() / 10 + (device === 'a' ? off : 0) })).began.filter(({ parts }) => (parts['peers'] ?? 0) >= 1));
    }
    return began;
  }
}

describe('a device beside its group', () => {
  it('has an episode where it leaves the others, keeps what it learned of them, and learns from the answer', async () => {
    const hall = new Hall();
    assert.deepEqual(hall.run(1_500), []);
    hall.fleet.restart();
    const [first] = hall.run(15, 2);
    assert.equal(first?.device, 'a');
    assert.equal((await hall.fleet.engine.answer({ ...first, expected: true })).taken, true);
    hall.run(400);
    hall.fleet.restart();
    assert.deepEqual(hall.run(15, 1.9), []);
  });
});
