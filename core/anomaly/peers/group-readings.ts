import { CLOCK_TOLERANCE } from '../../sample/judged-time.ts';
import { UsualDistance } from '../../trust/usual-distance.ts';
import { OldestFirst } from './oldest-first.ts';
import type { Timed } from './oldest-first.ts';
import { SortedValues } from './sorted-values.ts';

/** Members of one group that are compared in one metric. */
export const MOST_MEMBERS = 4_000;
/** A reading counts for so many of the usual intervals, and for the time by which clocks may differ besides. */
const INTERVALS = 5;
/** When so many devices in turn send what is too old, it is the time of the group that was wrong. */
const DEVICES_THAT_SET_THE_TIME = 3;
/** When more than a fourth of a group is away from the others, nobody can say who is right … */
const SPLIT_ABOVE = 1 / 4;
/** … until no more than an eighth is. */
const WHOLE_UP_TO = 1 / 8;

interface Member extends Timed {
  readonly device: string;
  value: number;
  /** The value without what the device is usually above the group. */
  level: number;
  /** Whether it stands where it does not usually stand beside the others. */
  isAway: boolean;
}

/** What a group shows of one metric: the latest reading of each member, while it is fresh. Event time, as the readings tell it. */
export class GroupReadings {
  readonly #members = new Map<string, Member>();
  /** Of the members whose reading is fresh. */
  readonly #values = new SortedValues();
  readonly #levels = new SortedValues();
  readonly #fresh = new OldestFirst<Member>();
  /** Between two readings of one member. */
  readonly #interval = new UsualDistance();
  /** Who sent what is too old since the last reading that was not. */
  readonly #late = new Set<string>();
  #time = Number.NEGATIVE_INFINITY;
  #away = 0;
  #isSplit = false;

  /** Members known, also those that are silent. */
  get size(): number {
    return this.#members.size;
  }

  /** Whether so many are away from the others that nobody can say who is right. */
  get isSplit(): boolean {
    return this.#isSplit;
  }

  has(device: string): boolean {
    return this.#members.has(device);
  }

  /** Moves the time of the group on to a reading. False: the reading is so old that what the others showed then is forgotten. */
  reach(device: string, ts: number): boolean {
    if (ts < this.#time - this.#longestAge && !this.#wasTimeWrong(device)) return false;
    this.#late.clear();
    if (ts > this.#time) {
      this.#time = ts;
      this.#forgetStale();
    }
    return true;
  }

  /** How many others have a fresh reading. */
  othersOf(device: string): number {
    return this.#values.size - (this.#freshOf(device) ? 1 : 0);
  }

  /** The median of the fresh readings of the others; NaN without others. */
  medianBeside(device: string): number {
    return this.#values.median(this.#freshOf(device)?.value);
  }

  /** The median of the levels of the others, which stays where it is when members come and go; NaN without others. */
  levelBeside(device: string): number {
    return this.#levels.median(this.#freshOf(device)?.level);
  }

  /** Whether a reading is later than the last one of the device. */
  isLater(device: string, ts: number): boolean {
    const member = this.#members.get(device);
    return !member || ts > member.ts;
  }

  /** Whether a time lies so far ahead of the group that a clock was wrong. */
  isAhead(ts: number): boolean {
    return ts > this.#time + this.#longestAge;
  }

  /**
   * Takes in the latest reading of a device; the time of the group must have reached it.
   *
   * @param level the value without what the device is usually above the group.
   */
  take(device: string, ts: number, value: number, level: number, isAway: boolean): void {
    const known = this.#members.get(device);
    if (known) {
      this.#interval.learn(ts - known.ts);
      if (known.place >= 0) this.#leave(known);
      known.ts = ts;
      known.value = value;
      known.level = level;
      known.isAway = isAway;
      this.#join(known);
      return;
    }
    if (this.#members.size >= MOST_MEMBERS) return;
    const member = { device, ts, value, level, isAway, place: -1 };
    this.#members.set(device, member);
    this.#join(member);
  }

  /** Forgets the members that left the group. */
  keepOnly(isMember: (device: string) => boolean): void {
    for (const [device, member] of this.#members) {
      if (isMember(device)) continue;
      if (member.place >= 0) this.#leave(member);
      this.#members.delete(device);
    }
    this.#judgeSplit();
  }

  get #longestAge(): number {
    return CLOCK_TOLERANCE + INTERVALS * this.#interval.milliseconds;
  }

  #freshOf(device: string): Member | undefined {
    const member = this.#members.get(device);
    return member && member.place >= 0 ? member : undefined;
  }

  /** A clock that leapt ahead and came back must not put the group to sleep until that time. */
  #wasTimeWrong(device: string): boolean {
    this.#late.add(device);
    if (this.#late.size < DEVICES_THAT_SET_THE_TIME) return false;
    this.#members.clear();
    this.#values.clear();
    this.#levels.clear();
    this.#fresh.clear();
    this.#away = 0;
    this.#isSplit = false;
    this.#time = Number.NEGATIVE_INFINITY;
    return true;
  }

  #forgetStale(): void {
    const oldest = this.#time - this.#longestAge;
    for (let member = this.#fresh.first; member && member.ts < oldest; member = this.#fresh.first) this.#leave(member);
    this.#judgeSplit();
  }

  #join(member: Member): void {
    this.#values.add(member.value);
    this.#levels.add(member.level);
    this.#fresh.add(member);
    if (member.isAway) this.#away += 1;
    this.#judgeSplit();
  }

  #leave(member: Member): void {
    this.#values.remove(member.value);
    this.#levels.remove(member.level);
    this.#fresh.remove(member);
    if (member.isAway) this.#away -= 1;
  }

  #judgeSplit(): void {
    const members = this.#values.size;
    this.#isSplit = this.#away > Math.max(1, members * (this.#isSplit ? WHOLE_UP_TO : SPLIT_ABOVE));
  }
}
