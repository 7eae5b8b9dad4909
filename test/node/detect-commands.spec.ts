import assert from 'node:assert/strict';
import type { Sample } from '../../core/sample/sample.ts';
import { aMoment, collect, load, node, sentenceOf, statusOf, temporaryDirectory, unload, until, useRuntime } from '../support/node-helper.ts';
import type { Message } from '../support/node-helper.ts';
import { flowOfOne, sendSingly } from '../support/sample-messages.ts';
import { DETECT, learn, LEARNED, passed, payloadOf, usual, wild } from './detect-flow.ts';

/** As they were taken now: maintenance that a message begins is of now. */
function now(samples: readonly Sample[]): Sample[] {
  const shift = Date.now() - (samples.at(-1)?.ts ?? 0);
  return samples.map((sample) => ({ ...sample, ts: sample.ts + shift, received: sample.received + shift }));
}

describe('what a message tells a detect node', () => {
  useRuntime();

  /** Lets an episode begin; resolves with the message that tells of it. */
  async function anEpisode(): Promise<Message> {
    const episodes = collect('out1');
    await passed([wild(LEARNED), wild(LEARNED + 1)]);
    await until(() => episodes.length >= 1, 'it began');
    return episodes[0] ?? {};
  }

  /** Sends a message that is no sample; resolves with the error it came to, empty when there was none. */
  async function told(message: object): Promise<string> {
    const [caught, completed, out] = [collect('caught'), collect('completed'), collect('out0')];
    node('n').receive(message);
    await until(() => caught.length + completed.length === 1, 'it is done');
    await aMoment();
    assert.equal(caught.length + completed.length, 1, 'done was said twice');
    assert.equal(out.length, 0, 'it went on as a sample');
    return sentenceOf(caught[0]);
  }

  for (const [what, answerOf] of [
    ['its id', (asked: Message) => ({ expected: true, episode: asked['episode'] })],
    ['the episode itself', (asked: Message) => ({ expected: true, episode: asked.payload })],
    ['the message that asked, as a change node sends it back', (asked: Message) => ({ ...asked, expected: true })],
    ['what a dashboard makes of that message', (asked: Message) => ({ ...asked, payload: 'yes', expected: true })],
  ] as const) {
    it(`takes the answer that an episode was expected, by ${what}`, async () => {
      await learn(flowOfOne(DETECT, 2, temporaryDirectory()));
      const asked = await anEpisode();
      assert.equal(await told(answerOf(asked)), '');
      await until(() => /1 answered/.test(statusOf('n').text ?? ''), 'it is shown');
    });
  }

  it('has no episode any more where one like it was expected, also after a restart', async () => {
    const results: boolean[] = [];
    for (const expected of [true, false]) {
      const flow = flowOfOne(DETECT, 2, temporaryDirectory());
      await learn(flow);
      assert.equal(await told({ expected, episode: (await anEpisode())['episode'] }), '');
      await unload();
      await load(flow);
      await passed(usual(LEARNED + 2, 200));
      results.push((await passed([wild(LEARNED + 202)]))[0]?.anomalies?.['temperature']?.anomaly ?? false);
      await unload();
    }
    assert.deepEqual(results, [false, true]);
  });

  it('names what is wrong with an answer, and the cure', async () => {
    await learn(flowOfOne(DETECT, 2, temporaryDirectory()));
    const asked = await anEpisode();
    const { since } = payloadOf(asked);
    assert.match(await told({ expected: true }), /msg\.episode is missing, which is no episode\. Keep msg\.episode as it came/);
    assert.match(await told({ expected: true, episode: 'press-1' }), /msg\.episode is "press-1", which is no episode/);
    assert.match(await told({ expected: true, episode: `press-9/temperature/${since}` }), /Nothing was ever heard of a device press-9/);
    assert.match(await told({ expected: true, episode: `press-1/pressure/${since}` }), /There was no episode of pressure of press-1/);
    assert.match(await told({ expected: true, episode: `press-1/temperature/${since + 1}` }), /No episode of temperature of press-1 began at/);
    assert.match(await told({ ...asked, expected: 'yes' }), /msg\.expected is "yes"\. Set it to true/);
    assert.match(await told(asked), /is about an episode and has no msg\.expected/);
    assert.match(await told({ ...asked, expected: true, maintenance: { minutes: 5 } }), /a message each/);
  });

  it('takes a sample for a sample, whatever stands on its message', async () => {
    await load(flowOfOne(DETECT, 2, temporaryDirectory()));
    const out = collect('out0');
    sendSingly('n', usual(0, 1), { expected: true, episode: 'x', maintenance: { minutes: 5 } });
    await until(() => out.length === 1, 'it came out');
    assert.equal(out[0]?.['expected'], true);
  });

  it('still refuses what is neither', async () => {
    await load(flowOfOne(DETECT, 2, temporaryDirectory()));
    assert.match(await told({ payload: 21 }), /put a holdfast-gateway or holdfast-ingest node before it/);
  });

  it('begins no episode while a device is under maintenance, and does when that has ended', async () => {
    await learn(flowOfOne(DETECT, 2, temporaryDirectory()), now(usual(0, LEARNED)));
    const episodes = collect('out1');
    assert.equal(await told({ maintenance: { device: 'press-1', minutes: 60 } }), '');
    const [maintained] = await passed(now([wild(LEARNED)]));
    assert.match(maintained?.anomalies?.['temperature']?.why ?? '', /under maintenance/);
    assert.equal(await told({ maintenance: { device: 'press-1', end: true } }), '');
    await aMoment();
    await passed(now([wild(LEARNED + 1)]));
    await until(() => episodes.length === 1, 'an episode began');
  });

  it('takes maintenance without a device for one of all, and keeps it over a restart', async () => {
    const flow = flowOfOne(DETECT, 2, temporaryDirectory());
    await learn(flow, now(usual(0, LEARNED)));
    assert.equal(await told({ maintenance: { minutes: 60 } }), '');
    await unload();
    await load(flow);
    const [maintained] = await passed(now([wild(LEARNED)]));
    assert.equal(maintained?.anomalies?.['temperature']?.anomaly, false);
    assert.equal(await told({ maintenance: { end: true } }), '');
    await aMoment();
    assert.equal((await passed(now([wild(LEARNED + 1)])))[0]?.anomalies?.['temperature']?.anomaly, true);
  });

  it('begins no episode in a weekly window', async () => {
    const [first] = usual(LEARNED, 1);
    const day = new Date(first?.ts ?? 0).getUTCDay() || 7;
    const hour = (hours: number): string => `${String((new Date(first?.ts ?? 0).getUTCHours() + hours) % 24).padStart(2, '0')}:00`;
    const results: boolean[] = [];
    for (const days of [[day], [1, 2, 3, 4, 5, 6, 7].filter((one) => one !== day && one !== (day + 5) % 7 + 1)]) {
      await learn(flowOfOne({ ...DETECT, maintenance: [{ days, from: hour(0), to: hour(2) }], timeZone: 'UTC' }, 2, temporaryDirectory()));
      results.push((await passed([wild(LEARNED)]))[0]?.anomalies?.['temperature']?.anomaly ?? false);
      await unload();
    }
    assert.deepEqual(results, [false, true]);
  });

  it('names what is wrong with a maintenance command, and the cure', async () => {
    await load(flowOfOne(DETECT, 2, temporaryDirectory()));
    assert.match(await told({ maintenance: true }), /msg\.maintenance, is true\. Give an object such as/);
    assert.match(await told({ maintenance: { device: 'press-1' } }), /Give one of minutes, until, and end: true/);
    assert.match(await told({ maintenance: { device: 'press-1', minutes: -5 } }), /minutes, is -5/);
    assert.match(await told({ maintenance: { device: 'a b', minutes: 5 } }), /device, is "a b"/);
    assert.match(await told({ maintenance: { hours: 5 } }), /hours/);
  });
});
