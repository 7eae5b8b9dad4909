import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { DeviceStates } from '../../../core/state/device-states.ts';
import { State } from '../../../core/state/state.ts';

interface Count {
  n: number;
}

describe('the states of devices', () => {
  let folder: string;
  let clock: ManualClock;
  let state: State;
  let problems: unknown[];
  let restored: string[];
  let states: DeviceStates<Count>;
  const path = (): string => join(folder, 'state.sqlite');
  const make = (capacity: number, snapshot = (value: Count): unknown => ({ ...value })): DeviceStates<Count> =>
    new DeviceStates<Count>({
      state, clock, node: 'node-1', capacity, snapshot, problem: (error) => problems.push(error),
      restore: (told) => {
        if (told === undefined) return { n: 0 };
        const { n } = told as Count;
        if (typeof n !== 'number') throw new Error('the snapshot has no n');
        restored.push(String(n));
        return { n };
      },
    });
  const add = (device: string, from = states): void => {
    from.get(device).n += 1;
    from.changed(device);
  };
  /** What another process reads from disk. */
  const onDisk = (device: string): unknown => {
    const other = new DatabaseSync(path(), { readOnly: true });
    const row = other.prepare('SELECT snapshot FROM state WHERE node = ? AND device = ?').get('node-1', device);
    other.close();
    return row && JSON.parse(String(row['snapshot']));
  };
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  /** Lets time pass, and what waits for it go on. */
  const pass = async (milliseconds: number): Promise<void> => {
    clock.advance(milliseconds);
    await turn();
    clock.advance(2);
    await turn();
  };
  /** The disk refuses writes, as a full one does, until the function that is returned is called. */
  const refuseWrites = (): (() => void) => {
    const other = new DatabaseSync(path());
    other.exec(`CREATE TRIGGER full BEFORE INSERT ON state BEGIN SELECT RAISE(ABORT, 'full'); END`);
    return () => {
      other.exec('DROP TRIGGER full');
      other.close();
    };
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-state-'));
    clock = new ManualClock();
    state = new State(path(), clock);
    problems = [];
    restored = [];
    states = make(3);
  });
  afterEach(() => {
    state.close();
    rmSync(folder, { recursive: true, force: true });
    assert.deepEqual(problems, []);
  });

  it('are written behind once a second, and go on from there after a restart', async () => {
    add('a');
    add('a');
    await pass(999);
    assert.equal(onDisk('a'), undefined);
    await pass(1);
    assert.deepEqual(onDisk('a'), { n: 2 });
    assert.equal(make(3).get('a').n, 2);
  });

  it('that take long to write let others have their turn, and are written less often', async () => {
    let taken = 0;
    const slow = make(100, (value) => {
      taken += 1;
      clock.advance(4);
      return { ...value };
    });
    const devices = Array.from({ length: 20 }, (_, index) => `d${index}`);
    for (const device of devices) add(device, slow);
    clock.advance(1_000);
    assert.equal(taken, 2);
    for (let index = 0; index < 40; index += 1) await pass(0);
    assert.deepEqual([taken, devices.map(onDisk)], [20, devices.map(() => ({ n: 1 }))]);
    add('d0', slow);
    await pass(1_200);
    assert.deepEqual(onDisk('d0'), { n: 1 });
    for (let index = 0; index < 5; index += 1) await pass(200);
    assert.deepEqual(onDisk('d0'), { n: 2 });
  });

  it('are on disk when flush resolves, without waiting for the round', async () => {
    add('a');
    add('b');
    const flushed = states.flush();
    clock.advance(2);
    await flushed;
    assert.deepEqual([onDisk('a'), onDisk('b')], [{ n: 1 }, { n: 1 }]);
    await states.flush();
  });

  it('are on disk one by one when commit resolves', async () => {
    add('a');
    const committed = states.commit('a');
    clock.advance(2);
    await committed;
    assert.deepEqual(onDisk('a'), { n: 1 });
    await states.commit('never heard of');
  });

  it('that change while they are being committed are written once more', async () => {
    add('a');
    const committed = states.commit('a');
    add('a');
    clock.advance(2);
    await committed;
    assert.deepEqual(onDisk('a'), { n: 1 });
    await pass(1_000);
    assert.deepEqual(onDisk('a'), { n: 2 });
  });

  it('are in memory for as many devices as there is room for, the others wait on disk', async () => {
    for (const device of ['a', 'b', 'c', 'd', 'e']) add(device);
    await pass(1_000);
    restored = [];
    for (const device of ['e', 'd', 'c']) states.get(device);
    assert.deepEqual(restored, []);
    assert.equal(states.get('a').n, 1);
    assert.deepEqual(restored, ['1']);
  });

  it('that had to go from memory are there at once when the device is heard again, before and after the disk has them', async () => {
    for (const device of ['a', 'b', 'c', 'd', 'e']) add(device);
    assert.equal(states.get('a').n, 1);
    add('a');
    await pass(1_000);
    for (const device of ['b', 'c', 'd', 'e']) states.get(device);
    assert.equal(states.get('a').n, 2);
    assert.deepEqual(onDisk('a'), { n: 2 });
  });

  it('that were only touched are written when they leave memory or all are asked for, and not with the round', async () => {
    const touch = (device: string): void => {
      states.get(device).n += 1;
      states.touched(device);
    };
    touch('a');
    await pass(10_000);
    assert.equal(onDisk('a'), undefined);
    assert.equal(states.peek('a').n, 1);
    for (const device of ['b', 'c', 'd', 'e']) touch(device);
    await pass(10);
    assert.deepEqual(onDisk('a'), { n: 1 });
    assert.equal(onDisk('e'), undefined);
    const flushed = states.flushAll();
    clock.advance(2);
    await flushed;
    assert.deepEqual(onDisk('e'), { n: 1 });
  });

  it('that cannot be written are told, kept, and written once the disk takes them again', async () => {
    add('a');
    const accept = refuseWrites();
    await pass(1_000);
    assert.equal(problems.splice(0).length, 1);
    accept();
    await pass(5_000);
    assert.deepEqual(onDisk('a'), { n: 1 });
  });

  it('that had to go from memory while the disk refuses are not lost either', async () => {
    const accept = refuseWrites();
    for (const device of ['a', 'b', 'c', 'd', 'e']) add(device);
    await pass(0);
    assert.equal(states.get('a').n, 1);
    await pass(1_000);
    accept();
    await pass(5_000);
    assert.ok(problems.splice(0).length > 0);
    for (const device of ['a', 'b', 'c', 'd', 'e']) assert.deepEqual(onDisk(device), { n: 1 }, device);
  });

  it('are given up, out loud and the oldest first, only when more wait for a disk that refuses than there is room for', async () => {
    const accept = refuseWrites();
    for (const device of ['a', 'b', 'c', 'd', 'e', 'f']) add(device);
    await pass(0);
    assert.equal(problems.splice(0).every((error) => (error as { code?: string }).code === 'HOLDFAST_STORAGE_FAILED'), true);
    add('g');
    const lost = problems.splice(0).map((error) => (error as { code?: string; message: string }));
    assert.deepEqual(lost.map(({ code }) => code), ['HOLDFAST_STATE_LOST']);
    assert.match(lost[0]?.message ?? '', /of a since.*Make room/);
    await pass(0);
    accept();
    await pass(5_000);
    problems.length = 0;
    assert.deepEqual(['a', 'b', 'g'].map(onDisk), [undefined, { n: 1 }, { n: 1 }]);
  });

  it('with a damaged snapshot begin anew, and say so', () => {
    const other = new DatabaseSync(path());
    other.exec(`INSERT INTO state VALUES ('node-1', 'torn', '{"n":'), ('node-1', 'strange', '{"m":1}')`);
    other.close();
    assert.deepEqual([states.get('torn').n, states.get('strange').n], [0, 0]);
    const [torn, strange] = problems.splice(0);
    assert.ok(torn instanceof SyntaxError && strange instanceof Error && /has no n/.test(strange.message));
  });

  it('are forgotten with their node, and those of other nodes are not', async () => {
    const others = new DeviceStates<Count>({ state, clock, node: 'node-2', restore: (told) => (told === undefined ? { n: 0 } : { ...(told as Count) }), snapshot: (value) => ({ ...value }), problem: (error) => problems.push(error) });
    add('a');
    add('a', others);
    await pass(1_000);
    state.forget('node-1');
    assert.deepEqual([state.load('node-1', 'a'), state.load('node-2', 'a')], [undefined, { n: 1 }]);
  });

  it('survive a snapshot that is no JSON without taking the others along', async () => {
    states = make(3, ({ n }) => (n === 1 ? undefined : { n }));
    add('a');
    add('b');
    add('b');
    await pass(1_000);
    assert.deepEqual([onDisk('a'), onDisk('b')], [null, { n: 2 }]);
  });

  it('tell of a state that leaves memory, and not of one that is only looked at', async () => {
    const left: number[] = [];
    const few = new DeviceStates<Count>({ state, clock, node: 'node-1', capacity: 1, problem: (error) => problems.push(error), restore: () => ({ n: 0 }), snapshot: (value) => value, left: ({ n }) => left.push(n) });
    add('press-1', few);
    few.peek('press-2');
    assert.deepEqual(left, []);
    few.get('press-2');
    assert.deepEqual(left, [1]);
    await pass(1_000);
  });

  it('count right, whatever the order of devices, rounds, evictions and restarts', async () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ do: fc.constant('add' as const), device: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f') }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), by: fc.constantFrom(1, 2, 500, 1_000) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('commit' as const, 'restart' as const), device: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f') }) },
    );
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), async (steps, capacity) => {
      for (const node of ['node-1']) state.forget(node);
      states = make(capacity);
      const model = new Map<string, number>();
      for (const next of steps) {
        if (next.do === 'add') {
          add(next.device);
          model.set(next.device, (model.get(next.device) ?? 0) + 1);
          assert.equal(states.get(next.device).n, model.get(next.device));
        } else if (next.do === 'pass') await pass(next.by);
        else if (next.do === 'commit') {
          const committed = states.commit(next.device);
          clock.advance(2);
          await committed;
        } else {
          const flushed = states.flush();
          clock.advance(2);
          await flushed;
          states = make(capacity);
        }
      }
      for (const [device, n] of model) assert.equal(states.get(device).n, n, device);
      const flushed = states.flush();
      clock.advance(2);
      await flushed;
      for (const [device, n] of model) assert.deepEqual(onDisk(device), { n }, device);
    }), { numRuns: 60 });
  }).timeout(30_000);
});
