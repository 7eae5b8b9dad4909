export interface Judgement {
  /** 1 is where it raises an alarm. */
  score: number;
  /** What its episodes follow, where that is not the score. */
  intensity?: number;
  anomaly: boolean;
  /** By part, how much of the intensity is its own. */
  parts: Readonly<Record<string, number>>;
}

/** The part of a detector that the benchmark uses. */
export interface Judge {
  readonly bytes: number;
  update(ts: number, value: number | null): Judgement;
  snapshot(): unknown;
}
