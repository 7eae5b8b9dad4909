import type { Backend } from '../../core/backend/backend.ts';
import type { Clock } from '../../core/clock/clock.ts';
import { ContractDrift } from '../../core/contract/drift/contract-drift.ts';
import type { States } from '../../core/contract/drift/contract-drift.ts';
import type { DeclaredMetrics } from '../../core/contract/drift/declared-metrics.ts';
import type { DeviceDrift } from '../../core/contract/drift/device-drift.ts';
import { DriftRecords } from '../../core/contract/drift/drift-records.ts';
import type { Drift } from '../../core/contract/drift/drift.ts';
import { MemoryStates } from '../../core/contract/drift/memory-states.ts';
import type { SampleContract } from '../../core/contract/book/sample-contract.ts';
import type { Sample } from '../../core/sample/sample.ts';
import { DeviceStates } from '../../core/state/device-states.ts';

export interface DriftWatchOptions {
  /** The id of the node. */
  node: string;
  clock: Clock;
  /** Where it is kept over restarts; undefined: nowhere. */
  backend: Backend | undefined;
  /** One state a device. */
  devices: States<DeviceDrift>;
  problem: (error: unknown) => void;
  /** Told of a contract that has more drifts than are kept apart. */
  tooMany: (contract: string) => void;
}

/** What a node knows of drift, and where it keeps it. */
export class DriftWatch {
  readonly #drift: ContractDrift;
  readonly #records: States<DriftRecords>;
  readonly #kept: DeviceStates<DriftRecords> | undefined;
  readonly #backend: Backend | undefined;
  readonly #name: string;
  /** The contracts with drifts. */
  readonly #contracts: Set<string>;

  constructor({ node, clock, backend, devices, problem, tooMany }: DriftWatchOptions) {
    // Beside the states of devices, since a contract may be called as a device is.
    this.#name = `${node}/drift`;
    this.#backend = backend;
    this.#kept = backend && new DeviceStates({ state: backend.state, clock, node: this.#name, problem, restore: (snapshot) => new DriftRecords(snapshot), snapshot: (records) => records.snapshot() });
    this.#records = this.#kept ?? new MemoryStates(() => new DriftRecords());
    this.#contracts = new Set(this.#kept?.known());
    this.#drift = new ContractDrift({ devices, records: this.#records, tooMany });
  }

  /** @returns the drifts to be told of. */
  judge(sample: Sample, { id, version }: SampleContract, declared: DeclaredMetrics): readonly Drift[] {
    const drifts = this.#drift.judge(sample, { id, version, declared });
    if (drifts.length > 0) this.#contracts.add(id);
    return drifts;
  }

  /** All that is known, the newest first. */
  list(): Drift[] {
    return [...this.#contracts].flatMap((id) => this.#records.get(id).list()).toSorted((one, other) => other.ts - one.ts);
  }

  /** @param removed the node is gone for good. */
  async close(removed: boolean): Promise<void> {
    await this.#kept?.flush();
    if (removed) this.#backend?.state.forget(this.#name);
  }
}
