import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import type { Sample } from '../../../core/sample/sample.ts';
import { State } from '../../../core/state/state.ts';
import { Trusts } from '../../../core/trust/trusts.ts';

const START = Date.UTC(2026, 0, 1);
const SECOND = 1_000;
const HOUR = 3_600_000;

describe('the trust in the devices of a backend', () => {
  let directory: string;
  let clock: ManualClock;
  let state: State;
  let stored: Sample[];
  let trusts: Trusts;
  const problems: unknown[] = [];

  const open = (): void => {
    state = new State(join(directory, 'state.sqlite'), clock);
    trusts = new Trusts({ state, clock, problem: (error) => problems.push(error), store: { write: (samples, committed) => (stored.push(...samples), committed()) } });
  };
  const close = (): void => {
    trusts.close();
    state.close();
  };
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-'));
    clock = new ManualClock(START);
    stored = [];
    open();
  });
  afterEach(() => {
    close();
    rmSync(directory, { recursive: true });
    assert.deepEqual(problems.splice(0), []);
  });

  const sampleAt = (ts: number, device = 'press-7', q: 1 | 4 = 1): Sample =>
    ({ id: `${device}/${ts}`, device, ts, received: ts, tsSource: 'device', src: { via: 'mqtt' }, values: { temperature: 21 }, metrics: { temperature: { q } } });
  const hear = (seconds: number, device = 'press-7', q: 1 | 4 = 1): void => {
    const from = clock.now();
    for (let at = 0; at < seconds; at += 10) {
      clock.advance(Math.max(0, from + at * SECOND - clock.now()));
      trusts.judged(sampleAt(clock.now(), device, q));
    }
  };

  it('is told with a sample, fresh to ten seconds, and to whoever asks', () => {
    assert.equal(trusts.of('press-7'), undefined);
    hear(600);
    hear(600, 'press-7', 4);
    const told = trusts.judged(sampleAt(clock.now() + 10 * SECOND));
    assert.ok(told && told.hour.score > 0.45 && told.hour.score < 0.55, JSON.stringify(told?.hour));
    assert.deepEqual(trusts.of('press-7'), told);
    assert.equal(trusts.of('press-8'), undefined);
  });

  it('goes on over a restart with what was counted to the last sample', () => {
    hear(1_000);
    trusts.checked(sampleAt(clock.now() + SECOND), true);
    const before = trusts.of('press-7');
    close();
    open();
    assert.deepEqual(trusts.of('press-7'), before);
    assert.ok((before?.day.breaks ?? 0) > 0);
  });

  it('stands in the store once for each hour of the device, under the same id when it is told again', () => {
    hear(2.5 * 3_600);
    assert.deepEqual(stored.map(({ id, ts, values }) => [id, ts, Object.keys(values), values['trust.hour']]), [1, 2].map((hour) => [`press-7/trust-${START + hour * HOUR}`, START + hour * HOUR, ['trust.hour', 'trust.day', 'trust.week'], 1]));
    close();
    open();
    hear(20);
    assert.equal(stored.length, 2, 'a restart in the middle of an hour stores nothing again');
  });
});
