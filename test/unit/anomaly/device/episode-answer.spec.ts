import assert from 'node:assert/strict';
import { ConfigError } from '../../../../core/errors/holdfast-error.ts';
import type { EpisodeEvent } from '../../../../core/anomaly/device/episode-event.ts';
import { devicePlan } from '../../../../core/anomaly/device/detection-settings.ts';
import { answerEpisode } from '../../../../core/anomaly/device/episode-answer.ts';
import { MetricSeries } from '../../../../core/anomaly/device/metric-series.ts';
import { SeriesEpisode, VOICE } from '../../../../core/anomaly/device/series-episode.ts';
import { DevicePeers } from '../../../../core/anomaly/peers/device-peers.ts';
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
      [{ device: 'mill' }, /Nothing was ever heard of a device mill/], [{ device: 'oven' }, /o episode of temperature of oven/], [{ metric: 'pressure' }, /o episode of pressure/],
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

  it('that several metrics at once were expected raises what is expected of them, over restarts, until it is taken back', () => {
    const plan = devicePlan({}, (error) => assert.fail(String(error)));
    const series = MetricSeries.make('m0', plan, true);
    series.episode = new SeriesEpisode(5, { score: 2, why: '', value: 1, parts: {} });
    series.episode.voices = VOICE.together;
    const answer = { device: 'press', metric: 'm0', since: 5 };
    assert.equal(answerEpisode(series, new DevicePeers(), { ...answer, expected: true }), undefined);
    assert.equal(series.tolerated, 2.4);
    const restored = MetricSeries.restored('press', 'm0', JSON.parse(JSON.stringify(series.snapshot())), plan, true);
    assert.equal(restored.tolerated, 2.4);
    assert.equal(answerEpisode(restored, new DevicePeers(), { ...answer, expected: false }), undefined);
    assert.equal(restored.tolerated, 0);
  });

  it('is taken by the group, and by several metrics at once, also where the detector of the metric began anew since; and refused where nobody knows of it', () => {
    const plan = devicePlan({}, (error) => assert.fail(String(error)));
    const answer = { device: 'press', metric: 'm0', since: 5, expected: true };
    for (const [voices, knows, taken] of [[VOICE.alone | VOICE.peers, true, true], [VOICE.alone | VOICE.together, false, true], [VOICE.alone | VOICE.peers, false, false], [VOICE.peers, false, false], [VOICE.alone, true, false]] as const) {
      const series = MetricSeries.make('m0', plan, true);
      series.episode = new SeriesEpisode(5, { score: 2, why: '', value: 1, parts: {} });
      series.episode.voices = voices;
      const peers = new DevicePeers();
      const heard: unknown[] = [];
      peers.answer = (...given) => heard.push(given) > 0 && knows;
      const refusal = answerEpisode(series, peers, answer);
      if (taken) assert.equal(refusal, undefined);
      else assert.match(refusal ?? '', /began anew after this episode/);
      assert.deepEqual(heard, (voices & VOICE.peers) > 0 ? [['m0', true]] : []);
      assert.equal(series.tolerated, (voices & VOICE.together) > 0 ? 2.4 : 0);
    }
  });
});
