import assert from 'node:assert/strict';
import { ConfigError } from '../../../../core/errors/holdfast-error.ts';
import type { EpisodeEvent } from '../../../../core/anomaly/device/episode-event.ts';
import { TOGETHER } from '../../../../core/anomaly/device/sentences.ts';
import { gaussian } from '../random.ts';
import { Fleet, sample } from './fleet.ts';

const LEARNED = 1_000;
const WILD = { temperature: 60, pressure: 20 };

/** Two devices that have learned, and the episode that runs in one metric of one of them. */
function running(): { fleet: Fleet; episode: EpisodeEvent } {
  const fleet = new Fleet();
  for (const device of ['press', 'oven']) fleet.learn(device, ['temperature', 'pressure'], LEARNED);
  const [episode] = fleet.judge(sample('press', LEARNED, WILD)).began;
  assert.ok(episode);
  return { fleet, episode };
}

/** What of a device is not the detector of this metric. */
function others(snapshot: string, metric: string): unknown {
  const kept = JSON.parse(snapshot);
  delete kept.m[metric].d;
  return kept;
}

describe('an answer about an episode', () => {
  it('changes the detector that it is about, and nothing else', async () => {
    const { fleet, episode } = running();
    const [press, oven] = [fleet.snapshot('press'), fleet.snapshot('oven')];
    fleet.writes.length = 0;
    const { taken, sentence } = await fleet.engine.answer({ ...episode, expected: true });
    assert.equal(taken, true);
    assert.match(sentence, /temperature of press was expected/);
    assert.deepEqual(others(fleet.snapshot('press'), 'temperature'), others(press, 'temperature'));
    assert.equal(fleet.snapshot('oven'), oven);
    assert.ok(fleet.writes.length > 0 && fleet.writes.every((device) => device === 'press'));
  });

  it('leaves everything as it is where nobody gives one', () => {
    const { fleet, episode } = running();
    fleet.restart();
    const { began } = fleet.judge(sample('press', LEARNED + 1, WILD));
    assert.deepEqual(began, []);
    assert.equal(episode.question, true);
  });

  it('that is not about the running or the last episode changes nothing, and says why', async () => {
    const { fleet, episode } = running();
    const before = [fleet.snapshot('press'), fleet.snapshot('oven')];
    for (const [given, said] of [
      [{ device: 'mill' }, /Nothing was ever heard of a device mill/], [{ device: 'oven' }, /There was no episode of temperature of oven/], [{ metric: 'pressure' }, /There was no episode of pressure/],
      [{ metric: 'constructor' }, /There was no episode of constructor/], [{ since: episode.since - 1 }, /is not the last one/], [{ since: episode.since + 1 }, /No episode of temperature of press began at/],
    ] as const) {
      const { taken, sentence } = await fleet.engine.answer({ ...episode, expected: true, ...given });
      assert.equal(taken, false);
      assert.match(sentence, said);
    }
    assert.deepEqual([fleet.snapshot('press'), fleet.snapshot('oven')], before);
    assert.equal(fleet.snapshot('mill'), 'null');
  });

  it('is refused with a sentence where it is none', async () => {
    const { fleet, episode } = running();
    for (const [given, said] of [[null, /answer, is null/], [{ ...episode }, /expected, is of type object/], [{ ...episode, expected: 'yes' }, /expected, is "yes"/], [{ ...episode, expected: true, since: '5' }, /since, is "5"/], [{ expected: true }, /device, is missing/]] as const) {
      await assert.rejects(fleet.engine.answer(given), (error) => error instanceof ConfigError && said.test(error.message));
    }
  });

  it('that several metrics at once were expected keeps them silent, and one that they were not lets them speak again', async () => {
    const metrics = Array.from({ length: 12 }, (_, index) => `m${index}`);
    const fleet = new Fleet();
    fleet.learn('press', metrics, 3_000);
    let minute = 3_000;
    // One metric is always the most unusual, so that each episode stands with it.
    const fault = (): EpisodeEvent | undefined => {
      const noise = gaussian(5);
      const events = Array.from({ length: 10 }, () => fleet.judge(sample('press', minute++, Object.fromEntries(metrics.map((metric, index) => [metric, (index === 0 ? 23.5 : 22.5) + noise() / 9])))).began).flat();
      fleet.learn('press', metrics, 600, minute, minute);
      minute += 600;
      return events.find(({ kind }) => kind === TOGETHER);
    };
    const first = fault();
    assert.equal(first?.metric, 'm0');
    assert.equal((await fleet.engine.answer({ ...first, expected: true })).taken, true);
    fleet.restart();
    assert.equal(fault(), undefined);
    assert.equal((await fleet.engine.answer({ ...first, expected: false })).taken, true);
    assert.equal(fault()?.metric, 'm0');
  });
});
