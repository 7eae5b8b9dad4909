import assert from 'node:assert/strict';
import { Episodes } from '../../../../core/anomaly/episodes.ts';
import { DevicePeers } from '../../../../core/anomaly/peers/device-peers.ts';
import { PeerGroups } from '../../../../core/anomaly/peers/peer-groups.ts';
import { ManualClock } from '../../../../core/clock/manual-clock.ts';
import { gaussian, uniform } from '../random.ts';

const START = Date.UTC(2026, 0, 5);
const MINUTE = 60_000;
const READINGS = 4_000;

/** A device without a fault: its value at a minute, beside what all of them have in common. */
type Device = (minute: number, common: number) => number;

/** Noise of which each value has this correlation to the one before. */
function related(correlation: number): (seed: number) => Device {
  return (seed) => {
    const noise = gaussian(seed);
    const place = 2 * noise();
    let value = 0;
    return (_minute, common) => {
      value = correlation * value + Math.sqrt(1 - correlation ** 2) * noise();
      return common + place + value;
    };
  };
}

const KINDS: Readonly<Record<string, (seed: number) => Device>> = {
  'noise not related in time': related(0),
  'noise related in time': related(0.9),
  'noise much related in time': related(0.99),
  'noise with heavy tails': (seed) => {
    const next = uniform(seed);
    return (_minute, common) => common + Math.log(next()) * (next() < 0.5 ? 1 : -1);
  },
  'whole numbers': (seed) => {
    const noise = gaussian(seed);
    return (_minute, common) => Math.round(common / 3 + 0.3 * noise());
  },
  'two states that seldom change': (seed) => {
    const next = uniform(seed);
    let state = 0;
    return () => {
      if (next() < 0.01) state = 1 - state;
      return state;
    };
  },
  'compressors out of step': (seed) => {
    const noise = gaussian(seed);
    const length = 20 + 10 * uniform(seed)();
    return (minute, common) => common + 1.5 * ((minute / length) % 1) + 0.1 * noise();
  },
  'days out of step': (seed) => {
    const noise = gaussian(seed);
    const phase = uniform(seed)();
    return (minute, common) => common + 0.3 * noise() + 2 * Math.sin(2 * Math.PI * (minute / 1_440 + phase));
  },
  'steps of all at once': (seed) => {
    const noise = gaussian(seed);
    return (minute, common) => common + 0.3 * noise() + 20 * (Math.floor(minute / 500) % 2);
  },
  'different noise': (seed) => {
    const noise = gaussian(seed);
    const spread = Math.exp(noise());
    return (_minute, common) => common + spread * noise();
  },
};

/** How many readings of so many devices were judged, and how many episodes began. */
function watch(kind: (seed: number) => Device, size: number): { judged: number; episodes: number } {
  const names = Array.from({ length: size }, (_, index) => `device-${index}`);
  const peers = new PeerGroups({ groups: [{ tag: 'all' }], devicesOf: () => names, clock: new ManualClock(START) });
  const devices = names.map((name, index) => ({ name, value: kind(100 * size + index), own: new DevicePeers(), episodes: new Episodes(1), isRunning: false }));
  const step = gaussian(size);
  let common = 0;
  let judged = 0;
  let episodes = 0;
  for (let minute = 0; minute < READINGS; minute += 1) {
    common += 0.2 * step();
    for (const [index, device] of devices.entries()) {
      const value = Math.round(1_000 * device.value(minute, common)) / 1_000;
      const said = peers.judge(device.name, 'value', START + minute * MINUTE + index * 700, value, true, device.own);
      if (!said) continue;
      judged += 1;
      const isRunning = device.episodes.update(minute, said.score);
      if (isRunning && !device.isRunning) episodes += 1;
      device.isRunning = isRunning;
    }
  }
  return { judged, episodes };
}

describe('a group without a fault', () => {
  for (const [name, kind] of Object.entries(KINDS)) {
    it(`of ${name} sees at most one episode in 10,000 readings`, () => {
      for (const size of [4, 20]) {
        const { judged, episodes } = watch(kind, size);
        assert.ok(judged > size * (READINGS - 300), `only ${judged} readings were judged`);
        assert.ok(episodes <= judged / 10_000, `${episodes} episodes in ${judged} readings of ${size} devices`);
      }
    });
  }
});
