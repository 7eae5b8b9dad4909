import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GroupReadings, MOST_MEMBERS } from '../../../../core/anomaly/peers/group-readings.ts';
import { CLOCK_TOLERANCE } from '../../../../core/sample/judged-time.ts';
import { UsualDistance } from '../../../../core/trust/usual-distance.ts';

const START = Date.UTC(2026, 0, 5);

/** What `GroupReadings` promises, said without regard to speed. */
class NaiveGroup {
  #members = new Map<string, { ts: number; value: number; level: number; isAway: boolean; isFresh: boolean }>();
  #interval = new UsualDistance();
  #time = Number.NEGATIVE_INFINITY;
  #late = new Set<string>();
  #isSplit = false;

  get isSplit(): boolean {
    return this.#isSplit;
  }

  get #longestAge(): number {
    return CLOCK_TOLERANCE + 5 * this.#interval.milliseconds;
  }

  reach(device: string, ts: number): boolean {
    if (ts < this.#time - this.#longestAge) {
      this.#late.add(device);
      if (this.#late.size < 3) return false;
      this.#members.clear();
      this.#time = Number.NEGATIVE_INFINITY;
      this.#isSplit = false;
    }
    this.#late.clear();
    if (ts > this.#time) {
      this.#time = ts;
      for (const member of this.#members.values()) member.isFresh &&= member.ts >= ts - this.#longestAge;
      this.#judge();
    }
    return true;
  }

  others(device: string, what: 'value' | 'level'): number[] {
    return [...this.#members].filter(([name, { isFresh }]) => name !== device && isFresh).map(([, member]) => member[what]).toSorted((one, other) => one - other);
  }

  take(device: string, ts: number, value: number, level: number, isAway: boolean): void {
    const known = this.#members.get(device);
    if (known && ts <= known.ts) return;
    if (known) this.#interval.learn(ts - known.ts);
    this.#members.set(device, { ts, value, level, isAway, isFresh: true });
    this.#judge();
  }

  keepOnly(isMember: (device: string) => boolean): void {
    for (const device of this.#members.keys()) if (!isMember(device)) this.#members.delete(device);
    this.#judge();
  }

  #judge(): void {
    const fresh = [...this.#members.values()].filter(({ isFresh }) => isFresh);
    this.#isSplit = fresh.filter(({ isAway }) => isAway).length > Math.max(1, fresh.length * (this.#isSplit ? 1 / 8 : 1 / 4));
  }
}

function middleOf(sorted: readonly number[]): number {
  const half = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

describe('the readings of a group', () => {
  it('have the median, the count and the time of a plain calculation, whoever comes, goes, falls silent, repeats or sets a clock', () => {
    const device = fc.integer({ min: 0, max: 8 }).map((number) => `freezer-${number}`);
    const step = fc.oneof(
      { weight: 20, arbitrary: fc.record({ kind: fc.constant('reading' as const), device, wait: fc.integer({ min: 0, max: 90_000 }), value: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, min: -1e150, max: 1e150 }).map((value) => value + 0)), isAway: fc.boolean() }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('reading' as const), device, wait: fc.integer({ min: -2_000_000, max: 2_000_000 }), value: fc.constant(1), isAway: fc.constant(false) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('leaves' as const), device }) },
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const group = new GroupReadings();
      const naive = new NaiveGroup();
      let now = START;
      for (const one of steps) {
        if (one.kind === 'leaves') {
          for (const each of [group, naive]) each.keepOnly((name) => name !== one.device);
          continue;
        }
        now += one.wait;
        const isReached = naive.reach(one.device, now);
        assert.equal(group.reach(one.device, now), isReached);
        const others = naive.others(one.device, 'value');
        assert.equal(group.othersOf(one.device), others.length);
        assert.equal(group.medianBeside(one.device), middleOf(others));
        assert.equal(group.levelBeside(one.device), middleOf(naive.others(one.device, 'level')));
        assert.equal(group.isSplit, naive.isSplit);
        if (!isReached) continue;
        naive.take(one.device, now, one.value, 1 - one.value, one.isAway);
        if (group.isLater(one.device, now)) group.take(one.device, now, one.value, 1 - one.value, one.isAway);
      }
    }), { numRuns: 300 });
  });

  it('count for as long as the usual interval of slow devices asks for', () => {
    const group = new GroupReadings();
    const hour = 3_600_000;
    for (let round = 0; round < 3; round += 1) {
      for (const [index, device] of ['a', 'b', 'c', 'd'].entries()) {
        const ts = START + round * 24 * hour + index * 6 * hour;
        assert.ok(group.reach(device, ts));
        group.take(device, ts, index, index, false);
      }
    }
    assert.equal(group.othersOf('a'), 3);
  });

  it('of more members than are compared leave the rest out, which can still be judged', () => {
    const group = new GroupReadings();
    for (let index = 0; index < MOST_MEMBERS + 5; index += 1) {
      group.reach(`device-${index}`, START);
      group.take(`device-${index}`, START, index, index, false);
    }
    assert.equal(group.size, MOST_MEMBERS);
    assert.equal(group.othersOf(`device-${MOST_MEMBERS + 4}`), MOST_MEMBERS);
    assert.equal(group.medianBeside(`device-${MOST_MEMBERS + 4}`), (MOST_MEMBERS - 1) / 2);
  });
});
