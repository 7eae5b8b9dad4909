/** What a part has got used to. */
export interface Habit {
  /** An episode begins. */
  begin(): void;
  /** A person expected the last episode: the worst of it counts as `rarity` from now on, or less. */
  accept(rarity: number): void;
  /** A person did not expect it: the part has not got used to it. */
  reject(): void;
}

/** One way to look at a reading. What it thinks of it is a rarity: 1 is as rare as the rarest things this series does. */
export interface Part {
  readonly name: PartName;
  /** How much its rarity counts beside those of the others. */
  readonly weight: number;
  /** Judges a reading by what was seen before it; with `learn`, takes it in as well. */
  judge(ts: number, value: number, learn: boolean): number;
  /** What it has to say of the reading it judged last, in a sentence for the operator. */
  sentence(value: number): string;
  /** What it has got used to, which a person's answers change. */
  readonly habit: Habit;
}

/** `daily`: against this time of day; `change`: against the reading before; `range`: against all ever seen; `course` and `cycle`: the latest readings against those before, the near ones without their level, and many with it; `shape`: many without it; `still`: no change at all. */
export type PartName = 'daily' | 'change' | 'range' | 'course' | 'cycle' | 'shape' | 'still';
