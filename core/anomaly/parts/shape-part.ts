import type { Memory } from '../memory.ts';
import { Rarity } from '../unusual/rarity.ts';
import type { Part, PartName } from './part.ts';
import type { ShapeMemory } from './shape-memory.ts';
import { rounded } from './shown.ts';

const SMOOTHING = 2;

/** How a part looks at a shape memory. */
export interface ShapeLook {
  readonly name: PartName;
  readonly weight: number;
  /** More rare than this counts as this. */
  readonly most: number;
  /** Whether the level of the window counts, or its course alone. */
  readonly by: 'plain' | 'centered';
}

/** Looks at the course of the latest readings: how far it is from the stretch before that is most like it. The memory has learned the reading before it is judged. */
export class ShapePart implements Part {
  readonly name: PartName;
  readonly weight: number;
  readonly #by: 'plain' | 'centered';
  readonly #shapes: ShapeMemory;
  readonly habit: Rarity;
  #distance = 0;

  constructor(look: ShapeLook, shapes: ShapeMemory, memory: Memory) {
    this.name = look.name;
    this.weight = look.weight;
    this.#by = look.by;
    this.#shapes = shapes;
    this.habit = new Rarity({ smoothing: SMOOTHING, most: look.most }, memory);
  }

  judge(_ts: number, _value: number, learn: boolean): number {
    this.#distance = this.#shapes[this.#by];
    return this.habit.judge(this.#distance, learn);
  }

  sentence(_value: number): string {
    const usual = this.habit.usual;
    const { readings, past } = this.#shapes;
    return `The last ${readings} readings are unlike the ${past.toLocaleString('en-US')} before them: ${rounded(this.#distance, usual > 0 ? usual : this.#distance)} from the stretch most like them, where ${rounded(usual, usual > 0 ? usual : 1)} is usual.`;
  }
}
