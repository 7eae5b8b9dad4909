import { DecodeError } from '../decode/decode-error.ts';
import { EdgeNode } from './edge-node.ts';
import type { Birth } from './birth.ts';
import { edgeNodeOfSnapshot, snapshotOfEdgeNode } from './snapshot.ts';
import type { EdgeNodeSnapshot } from './snapshot.ts';

export interface SparkplugStateOptions {
  /** What was saved of an edge node under the key that `takeChanged` gave; undefined: nothing. Asked once for each. */
  load?: (key: string) => unknown;
  /** Told of a saved snapshot that cannot be loaded or used; its edge node begins anew. */
  problem?: (error: unknown) => void;
  /** At most this many edge nodes; 10,000 unless told. */
  edgeNodes?: number;
  /** At most this many metrics of all edge nodes together; 500,000 unless told. */
  metrics?: number;
}

/** What is remembered of all edge nodes that one source of messages brings: bounded, and plain JSON for each. */
export class SparkplugState {
  readonly #load: (key: string) => unknown;
  readonly #problem: (error: unknown) => void;
  readonly #edgeNodes: number;
  readonly #metrics: number;
  readonly #nodes = new Map<string, EdgeNode>();
  readonly #changed = new Set<string>();
  #size = 0;

  constructor({ load = () => undefined, problem = () => {}, edgeNodes = 10_000, metrics = 500_000 }: SparkplugStateOptions = {}) {
    this.#load = load;
    this.#problem = problem;
    this.#edgeNodes = edgeNodes;
    this.#metrics = metrics;
  }

  /** @throws DecodeError when no further edge node can be remembered. */
  get(group: string, edgeNode: string): EdgeNode {
    const key = keyOf(group, edgeNode);
    const known = this.#nodes.get(key);
    if (known) return known;
    if (this.#nodes.size >= this.#edgeNodes) this.#makeRoom();
    const node = this.#restore(key);
    this.#nodes.set(key, node);
    this.#size += node.size;
    return node;
  }

  /** @throws DecodeError when the metrics of a birth are too many, for the edge node or for all of them. */
  checkRoom(node: EdgeNode, device: string | undefined, birth: Birth): void {
    node.checkRoom(device, birth);
    const replaced = node.birthAt(device, Infinity)?.size ?? 0;
    if (this.#size - replaced + birth.size <= this.#metrics) return;
    throw new DecodeError('too-many', `All edge nodes together announce more than ${this.#metrics} metrics, which is all that is remembered. Bring some of them in at another node.`);
  }

  /** An edge node of this state is about to be changed by `change`. */
  change(group: string, edgeNode: string, change: (node: EdgeNode) => void): void {
    const node = this.get(group, edgeNode);
    const before = node.size;
    change(node);
    this.#size += node.size - before;
    this.#changed.add(keyOf(group, edgeNode));
  }

  /** What has changed since this was called last and is to be kept: key and plain JSON. */
  takeChanged(): [string, EdgeNodeSnapshot][] {
    const changed: [string, EdgeNodeSnapshot][] = [];
    for (const key of this.#changed) {
      const node = this.#nodes.get(key);
      if (node) changed.push([key, snapshotOfEdgeNode(node)]);
    }
    this.#changed.clear();
    return changed;
  }

  /** Every edge node with its plain JSON; `new SparkplugState({ load })` over it goes on where this one was. */
  snapshot(): Record<string, EdgeNodeSnapshot> {
    return Object.fromEntries([...this.#nodes].map(([key, node]) => [key, snapshotOfEdgeNode(node)]));
  }

  #restore(key: string): EdgeNode {
    try {
      const snapshot = this.#load(key);
      return snapshot === undefined || snapshot === null ? new EdgeNode() : edgeNodeOfSnapshot(snapshot);
    } catch (error) {
      this.#problem(error);
      return new EdgeNode();
    }
  }

  /** An edge node that was never born is only remembered so that it is not asked for its birth too often. */
  #makeRoom(): void {
    for (const [key, node] of this.#nodes) {
      if (!node.isUnborn) continue;
      this.#nodes.delete(key);
      this.#changed.delete(key);
      return;
    }
    throw new DecodeError('too-many', `${this.#edgeNodes} edge nodes are remembered, and no more can be. Bring some of them in at another node.`);
  }
}

/** Neither part of a topic can hold a slash. */
function keyOf(group: string, edgeNode: string): string {
  return `${group}/${edgeNode}`;
}
