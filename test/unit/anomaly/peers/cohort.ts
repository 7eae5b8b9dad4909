import { ManualClock } from '../../../../core/clock/manual-clock.ts';
import type { PeerJudgement } from '../../../../core/anomaly/device/device-plan.ts';
import { DevicePeers } from '../../../../core/anomaly/peers/device-peers.ts';
import type { PeerGroup } from '../../../../core/anomaly/peers/groups.ts';
import { PeerGroups } from '../../../../core/anomaly/peers/peer-groups.ts';
import { gaussian } from '../random.ts';

export const START = Date.UTC(2026, 0, 5);
export const MINUTE = 60_000;

/** Freezers with the tag "freezers" that send once a minute, one second after the other; what they have in common wanders. */
export class Cohort {
  readonly clock = new ManualClock(START);
  readonly devices: string[];
  readonly members = new Map<string, string[]>();
  readonly own = new Map<string, DevicePeers>();
  readonly peers: PeerGroups;
  minute = 0;
  readonly #noise: () => number;
  #common = -20;

  constructor(size: number, { seed = 1, groups = [{ tag: 'freezers' }] }: { seed?: number; groups?: PeerGroup[] } = {}) {
    this.devices = Array.from({ length: size }, (_, index) => `freezer-${index}`);
    this.members.set('freezers', this.devices);
    this.#noise = gaussian(seed);
    this.peers = new PeerGroups({ groups, devicesOf: (group) => this.members.get('tag' in group ? group.tag : group.profile) ?? [], clock: this.clock });
  }

  judge(device: string, ts: number, value: number, learn = true): PeerJudgement | undefined {
    let own = this.own.get(device);
    if (!own) {
      own = new DevicePeers();
      this.own.set(device, own);
    }
    return this.peers.judge(device, 'temperature', ts, value, learn, own);
  }

  /** One reading of each; `alter` says what becomes of that of a freezer, undefined: it is silent. @returns what was said of each. */
  round(alter: (value: number, index: number) => number | undefined = (value) => value): Array<PeerJudgement | undefined> {
    this.#common += this.#noise() * 0.1;
    const said = this.devices.map((device, index) => {
      const value = alter(this.#common + 0.5 * (index % 3) + 0.1 * this.#noise(), index);
      return value === undefined ? undefined : this.judge(device, START + this.minute * MINUTE + index * 1_000, Math.round(value * 100) / 100);
    });
    this.minute += 1;
    this.clock.advance(MINUTE);
    return said;
  }

  rounds(count: number, alter?: (value: number, index: number) => number | undefined): Array<Array<PeerJudgement | undefined>> {
    return Array.from({ length: count }, () => this.round(alter));
  }

  /** As after a restart: what the devices have learned goes through its snapshot. */
  restart(): void {
    for (const [device, own] of this.own) {
      const again = new DevicePeers();
      again.restore(JSON.parse(JSON.stringify(own.snapshot() ?? null)) ?? undefined);
      this.own.set(device, again);
    }
  }
}

/** The highest score of one freezer, or of all; 0 where it was never judged. */
export function highest(rounds: ReadonlyArray<ReadonlyArray<PeerJudgement | undefined>>, which: (index: number) => boolean = () => true): number {
  return Math.max(0, ...rounds.flatMap((said) => said.map((one, index) => (which(index) ? one?.score ?? 0 : 0))));
}
