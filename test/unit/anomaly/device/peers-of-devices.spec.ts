import assert from 'node:assert/strict';
import type { Answered } from '../../../../core/anomaly/device/detection-engine.ts';
import { VOICE } from '../../../../core/anomaly/device/series-episode.ts';
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

  /** @param off by how much the first of them is off. @returns whether its group finds it to be, at any time. */
  run(minutes: number, off = 0): boolean {
    let isFound = false;
    for (let count = 0; count < minutes; count += 1) {
      this.#minute += 1;
      this.#level += this.#noise() / 20 - (this.#level - 20) / 1_000;
      for (const device of DEVICES) this.fleet.judge(sample(device, this.#minute, { t: this.#level + this.#noise() / 10 + (device === 'a' ? off : 0) }));
      isFound ||= (this.#episode().speaking & VOICE.peers) > 0;
    }
    return isFound;
  }

  answer(expected: boolean): Promise<Answered> {
    return this.fleet.engine.answer({ device: 'a', metric: 't', since: this.#episode().since, expected });
  }

  #episode(): { since: number; speaking: number } {
    const { e } = JSON.parse(this.fleet.snapshot('a')).m.t;
    return { since: e?.r.since, speaking: e?.s };
  }
}

describe('a device beside its group', () => {
  it('has an episode where it leaves the others, keeps what it learned of them, and learns from the answer', async () => {
    const hall = new Hall();
    assert.equal(hall.run(1_500), false);
    hall.fleet.restart();
    assert.equal(hall.run(15, 2), true);
    assert.equal((await hall.answer(true)).taken, true);
    hall.run(400);
    hall.fleet.restart();
    assert.equal(hall.run(15, 1.9), false);
  });
});
