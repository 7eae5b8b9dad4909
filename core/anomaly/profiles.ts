import type { Profile } from './detection.ts';
import type { Memory } from './memory.ts';
import { ChangePart } from './parts/change-part.ts';
import { DailyPart } from './parts/daily-part.ts';
import type { Part } from './parts/part.ts';
import { PlainChange } from './parts/plain-change.ts';
import { RangePart } from './parts/range-part.ts';
import { SeasonalChange } from './parts/seasonal-change.ts';
import { ShapeMemory } from './parts/shape-memory.ts';
import { ShapePart } from './parts/shape-part.ts';
import { StillPart } from './parts/still-part.ts';

/** The parts of a detector, and what they look at together. */
export interface Parts {
  /** In the order in which they judge. */
  readonly all: readonly Part[];
  readonly daily: DailyPart;
  readonly range: RangePart;
  /** They learn a reading before it is judged: it ends the window that is looked at. */
  readonly shapes: readonly ShapeMemory[];
  /** The joined rarity at which an episode begins, at the usual sensitivity. */
  readonly threshold: number;
}

/** What each profile is made of. Weights and settings are those of docs/detection.md, which says how they were found. */
export function partsOf(profile: Profile, memory: Memory): Parts {
  return profile === 'full' ? fullParts(memory) : liteParts(memory);
}

function fullParts(memory: Memory): Parts {
  const daily = new DailyPart(1.05, memory);
  const range = new RangePart(0.26, memory);
  const near = new ShapeMemory({ together: 1, window: 12, history: 400 }, memory);
  const wide = new ShapeMemory({ together: 4, window: 12, history: 1_000 }, memory);
  const threshold = 2.01;
  const all: Part[] = [
    new ChangePart(1.55, new SeasonalChange(memory), memory),
    daily,
    range,
    new ShapePart({ name: 'course', weight: 0.9, most: 1.5, by: 'centered' }, near, memory),
    new ShapePart({ name: 'cycle', weight: 1.28, most: 2, by: 'plain' }, wide, memory),
    new ShapePart({ name: 'shape', weight: 0.3, most: 1.5, by: 'centered' }, wide, memory),
    new StillPart(threshold, memory),
  ];
  return { all, daily, range, shapes: [near, wide], threshold };
}

function liteParts(memory: Memory): Parts {
  const daily = new DailyPart(1.05, memory);
  const range = new RangePart(0.26, memory);
  const near = new ShapeMemory({ together: 1, window: 8, history: 48 }, memory);
  const threshold = 1.93;
  const all: Part[] = [
    new ChangePart(1.55, new PlainChange(memory), memory),
    daily,
    range,
    new ShapePart({ name: 'course', weight: 0.9, most: 1.5, by: 'centered' }, near, memory),
    new StillPart(threshold, memory),
  ];
  return { all, daily, range, shapes: [near], threshold };
}
