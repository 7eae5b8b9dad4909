import { HoldfastError } from '../errors/holdfast-error.ts';
import { Birth } from './birth.ts';
import type { Definition } from './birth.ts';
import { EdgeNode } from './edge-node.ts';
import type { LifeEvent } from './edge-node.ts';

/** Name, alias, datatype, names of readings; null: none. */
type PlainDefinition = [string, number | string | null, number | null] | [string, number | string | null, number | null, string[]];

/** Position, index of the birth (-1: a death), bdSeq. */
type PlainEvent = [number, number, number | null];

/** An edge node as plain JSON. */
export interface EdgeNodeSnapshot {
  v: 1;
  last: number;
  forgotten: number;
  seq: number | null;
  asked: number | null;
  births: PlainDefinition[][];
  lives: [string, PlainEvent[]][];
}

/** A snapshot of an edge node that was not made by this version, or is damaged. Code `HOLDFAST_SPARKPLUG_SNAPSHOT`. */
export class SparkplugSnapshotError extends HoldfastError {
  constructor(cause?: unknown) {
    super('HOLDFAST_SPARKPLUG_SNAPSHOT', 'What was remembered of an edge node cannot be read. It is forgotten, and the edge node is asked for its birth.', { cause });
  }
}

export function snapshotOfEdgeNode(node: EdgeNode): EdgeNodeSnapshot {
  const { last, forgotten, seq, asked, lives } = node.parts;
  const births = new Map<Birth, number>();
  const indexOf = (birth: Birth | undefined): number => {
    if (birth === undefined) return -1;
    const known = births.get(birth);
    if (known === undefined) births.set(birth, births.size);
    return known ?? births.size - 1;
  };
  const plainLives = [...lives].map(([device, events]): [string, PlainEvent[]] =>
    [device, events.map(({ position, birth, bdSeq }): PlainEvent => [position, indexOf(birth), bdSeq ?? null])]);
  return { v: 1, last, forgotten, seq: seq ?? null, asked: asked ?? null, births: [...births.keys()].map(plainBirth), lives: plainLives };
}

/**
 * The reverse of `snapshotOfEdgeNode`, for what it returned and JSON has carried.
 *
 * @throws SparkplugSnapshotError
 */
export function edgeNodeOfSnapshot(snapshot: unknown): EdgeNode {
  try {
    const { v, last, forgotten, seq, asked, births, lives } = snapshot as EdgeNodeSnapshot;
    if (v !== 1 || !Number.isSafeInteger(last) || !Number.isSafeInteger(forgotten)) throw new TypeError('not a snapshot of this version');
    const made = births.map((definitions) => new Birth(definitions.map(definitionOf)));
    const events = lives.map(([device, plain]): [string, LifeEvent[]] => [device, plain.map((event) => eventOf(event, made))]);
    return new EdgeNode({ last, forgotten, seq: seq ?? undefined, asked: asked ?? undefined, lives: new Map(events) });
  } catch (cause) {
    throw new SparkplugSnapshotError(cause);
  }
}

function plainBirth({ definitions }: Birth): PlainDefinition[] {
  return definitions.map(({ name, alias, datatype, readings }) =>
    readings === undefined ? [name, alias ?? null, datatype ?? null] : [name, alias ?? null, datatype ?? null, [...readings]]);
}

function definitionOf([name, alias, datatype, readings]: PlainDefinition): Definition {
  const definition: Definition = { name };
  if (alias !== null) definition.alias = alias;
  if (datatype !== null) definition.datatype = datatype;
  if (readings !== undefined) definition.readings = readings;
  return definition;
}

function eventOf([position, index, bdSeq]: PlainEvent, births: readonly Birth[]): LifeEvent {
  const event: LifeEvent = { position };
  const birth = births[index];
  if (index >= 0 && birth === undefined) throw new TypeError('a birth is missing');
  if (birth !== undefined) event.birth = birth;
  if (bdSeq !== null) event.bdSeq = bdSeq;
  return event;
}
