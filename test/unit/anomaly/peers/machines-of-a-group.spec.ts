import assert from 'node:assert/strict';
import type { PeerJudgement } from '../../../../core/anomaly/device/device-plan.ts';
import { PeerGroups } from '../../../../core/anomaly/peers/peer-groups.ts';
import { ManualClock } from '../../../../core/clock/manual-clock.ts';
import { createSampler, kindOf, type FaultKind, type Strengths } from '../../../../core/simulator/index.ts';
import type { Sample } from '../../../../core/sample/sample.ts';
import { Fleet } from '../device/fleet.ts';

const START = Date.UTC(2026, 10, 16);
const MINUTE = 60_000;
const DAY = 1_440;
const NONE: Strengths = new Map();

/** A reading of an episode that the group finds too. */
interface Blamed {
  device: string;
  metric: string;
  ts: number;
  /** When the episode began, whoever found it first. */
  since: number;
  why: string;
}

/** Machines of one kind that send once a minute, behind an engine that compares them. */
class Hall {
  readonly fleet: Fleet;
  readonly #samplers: Array<ReturnType<typeof createSampler>>;
  readonly #names: string[];
  /** What the group says of the sample under judgement, by metric. */
  readonly #judgements = new Map<string, PeerJudgement>();
  #minute = 0;

  constructor(kind: string, size: number) {
    this.#names = Array.from({ length: size }, (_, index) => `${kind}-${index}`);
    this.#samplers = this.#names.map((name) => createSampler(kindOf(kind), 7, name, START));
    const groups = new PeerGroups({ groups: [{ profile: kind }], devicesOf: () => this.#names, clock: new ManualClock(START) });
    this.fleet = new Fleet({}, {
      judge: (...reading) => {
        const judgement = groups.judge(...reading);
        if (judgement) this.#judgements.set(reading[1], judgement);
        return judgement;
      },
    });
  }

  /** @returns what the group finds: the detector of a metric may be the first to find an episode, and then the group joins in. */
  run(minutes: number, fault?: FaultKind, strikes: (index: number) => boolean = () => true): Blamed[] {
    const strengths: Strengths = fault ? new Map([[fault, 1]]) : NONE;
    const blamed: Blamed[] = [];
    for (const end = this.#minute + minutes; this.#minute < end; this.#minute += 1) {
      for (const [index, device] of this.#names.entries()) {
        const ts = START + this.#minute * MINUTE + index * 500;
        const values = this.#samplers[index]!.sample(ts, fault && strikes(index) ? strengths : NONE);
        const sample: Sample = { id: `${device}/${ts}`, device, ts, received: ts, tsSource: 'device', src: { via: 'mqtt' }, values };
        this.#judgements.clear();
        this.fleet.judge(sample);
        for (const [metric, { score, why = '' }] of this.#judgements) {
          const { anomaly, since = ts } = sample.anomalies?.[metric] ?? {};
          if (anomaly && score >= 1) blamed.push({ device, metric, ts, since, why });
        }
      }
    }
    return blamed;
  }
}

describe('machines of one profile', () => {
  it('are not blamed by their group while all is well, and the one whose cooling fails is, within minutes', () => {
    for (const [kind, size] of [['freezer', 6], ['cold-room', 8]] as const) {
      const hall = new Hall(kind, size);
      assert.deepEqual(hall.run(2 * DAY), []);
      const before = START + 2 * DAY * MINUTE;
      const [first, ...more] = hall.run(30, 'cooling-failure', (index) => index === 1);
      assert.ok(first && first.ts < before + 10 * MINUTE + size * 500, kind);
      assert.equal(first.device, `${kind}-1`);
      assert.equal(first.metric, 'temperature');
      assert.match(first.why, new RegExp(`above what the ${size - 1} other devices of the profile ${kind} show`));
      assert.ok(more.every(({ device }) => device === `${kind}-1`));
    }
  });

  it('are not blamed by their group for a cooling that fails for all of them', () => {
    const hall = new Hall('freezer', 6);
    hall.run(2 * DAY);
    assert.deepEqual(hall.run(120, 'cooling-failure').filter(({ metric }) => metric === 'temperature'), []);
  });

  it('do not find again what a person said was expected', async () => {
    const hall = new Hall('cold-room', 6);
    hall.run(2 * DAY);
    const warm = (minutes: number): Blamed | undefined => hall.run(minutes, 'cooling-failure', (index) => index === 1).find(({ metric }) => metric === 'temperature');
    const found = warm(20);
    assert.ok(found);
    assert.equal((await hall.fleet.engine.answer({ ...found, expected: true })).taken, true);
    hall.run(60);
    hall.fleet.restart();
    assert.equal(warm(12), undefined);
    hall.run(60);
    assert.ok(warm(60), 'a longer one is further off');
  });
});
