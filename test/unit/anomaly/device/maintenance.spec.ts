import assert from 'node:assert/strict';
import { ConfigError } from '../../../../core/errors/holdfast-error.ts';
import { Fleet, MINUTE, sample, START } from './fleet.ts';

const LEARNED = 600;
const WILD = { temperature: 60 };

function learned(settings = {}): Fleet {
  const fleet = new Fleet(settings);
  for (const device of ['press', 'oven']) fleet.learn(device, ['temperature'], LEARNED);
  fleet.clock.advance(LEARNED * MINUTE);
  return fleet;
}

/** How many episodes begin when the device shows something wild at this minute. */
const begun = (fleet: Fleet, device: string, minute: number): number => fleet.judge(sample(device, minute, WILD)).began.length;

describe('maintenance', () => {
  it('of one device begins with a command, learns nothing, begins no episode, and leaves the others alone', async () => {
    const fleet = learned();
    assert.deepEqual(await fleet.engine.maintain({ device: 'press', minutes: 60 }), { device: 'press', from: START + LEARNED * MINUTE, until: START + (LEARNED + 60) * MINUTE });
    const before = fleet.snapshot('press');
    const wild = sample('press', LEARNED + 59, WILD);
    assert.deepEqual(fleet.judge(wild), { anomalous: false, began: [], ended: [] });
    assert.match(wild.anomalies?.['temperature']?.why ?? '', /under maintenance/);
    assert.equal(fleet.snapshot('press'), before);
    assert.equal(begun(fleet, 'oven', LEARNED + 59), 1);
    assert.equal(begun(fleet, 'press', LEARNED + 60), 1);
  });

  it('of all devices survives a restart, and ends early with a command', async () => {
    const fleet = learned();
    await fleet.engine.maintain({ device: '*', until: 'now+2h' });
    fleet.restart();
    for (const device of ['press', 'oven']) assert.equal(begun(fleet, device, LEARNED + 1), 0);
    fleet.clock.advance(10 * MINUTE);
    await fleet.engine.maintain({ device: '*', end: true });
    fleet.restart();
    for (const device of ['press', 'oven']) assert.equal(begun(fleet, device, LEARNED + 11), 1);
  });

  it('of a device that was never heard counts from its first sample on, also after a restart', async () => {
    const fleet = learned();
    await fleet.engine.maintain({ device: 'mill', minutes: 60 });
    assert.ok(fleet.writes.includes('mill'));
    fleet.restart();
    const first = sample('mill', LEARNED + 1, WILD);
    fleet.judge(first);
    assert.match(first.anomalies?.['temperature']?.why ?? '', /under maintenance/);
  });

  it('ends an episode that runs without asking about it, and tells one that goes on afterwards as another', async () => {
    const fleet = learned();
    const [former] = fleet.judge(sample('press', LEARNED, WILD)).began;
    await fleet.engine.maintain({ device: 'press', minutes: 60 });
    const { ended } = fleet.judge(sample('press', LEARNED + 1, WILD));
    assert.deepEqual(ended.map(({ id, question }) => [id, question]), [[former?.id, false]]);
    assert.deepEqual(fleet.judge(sample('press', LEARNED + 2, WILD)).ended, []);
    const [next] = fleet.judge(sample('press', LEARNED + 61, WILD)).began;
    assert.equal(next?.since, START + (LEARNED + 61) * MINUTE);
  });

  it('counts by when a reading was taken, and for what comes now also by now: clocks of devices are behind', async () => {
    const fleet = learned();
    await fleet.engine.maintain({ device: '*', minutes: 60 });
    await fleet.engine.maintain({ device: 'mill', minutes: 60 });
    fleet.clock.advance(120 * MINUTE);
    await fleet.engine.maintain({ device: 'lathe', minutes: 60 });
    assert.equal(begun(fleet, 'press', LEARNED + 30), 0);
    for (const [device, received] of [['press', 1], ['mill', 1], ['lathe', 121]] as const) {
      const behind = sample(device, LEARNED - 0.5, WILD, { received: START + (LEARNED + received) * MINUTE });
      fleet.judge(behind);
      assert.match(behind.anomalies?.['temperature']?.why ?? '', /under maintenance/, device);
    }
  });

  it('that is made longer goes on since it began', async () => {
    const fleet = learned();
    const { from } = await fleet.engine.maintain({ device: 'press', minutes: 60 });
    fleet.clock.advance(30 * MINUTE);
    assert.deepEqual(await fleet.engine.maintain({ device: 'press', minutes: 60 }), { device: 'press', from, until: from + 90 * MINUTE });
    fleet.clock.advance(120 * MINUTE);
    assert.equal((await fleet.engine.maintain({ device: 'press', minutes: 1 })).from, from + 150 * MINUTE);
  });

  it('comes each week by the clock on the wall of the zone that is named', () => {
    // The fleet starts on a Monday at 12:00 UTC, and the wild reading comes at 22:00.
    const night = [{ days: [1], from: '23:00', to: '05:00' }];
    assert.equal(begun(learned({ maintenance: night, timeZone: 'Europe/Vienna' }), 'press', LEARNED), 0);
    assert.equal(begun(learned({ maintenance: night, timeZone: 'UTC' }), 'press', LEARNED), 1);
  });

  it('is refused with a sentence where the command cannot be meant', async () => {
    const { engine } = learned();
    for (const [command, said] of [
      [null, /is null/], [{ minutes: 5 }, /device, is missing/], [{ device: '../x', minutes: 5 }, /device, is "..\/x"/], [{ device: 'press' }, /says not when/],
      [{ device: 'press', minutes: 5, end: true }, /more than once/], [{ device: 'press', minutes: -5 }, /minutes, is -5/], [{ device: 'press', minutes: 1e9 }, /at most/],
      [{ device: 'press', until: 'yesterday' }, /until, is "yesterday"/], [{ device: 'press', until: {} }, /until, is of type object/], [{ device: 'press', end: false }, /end, is false/], [{ device: 'press', minuts: 5 }, /"minuts"/],
    ] as const) await assert.rejects(engine.maintain(command), (error) => error instanceof ConfigError && said.test(error.message));
  });
});
