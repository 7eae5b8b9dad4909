import assert from 'node:assert/strict';
import { Door, granted, next, received, until } from './door.ts';

const lines = (from: number, count: number, device = 'c1'): string => Array.from({ length: count }, (_, place) => JSON.stringify({ device, id: `${device}/s${from + place}`, ts: from + place, values: { n: 1 } })).join('\n');

describe('forwarded samples at the MQTT listener', () => {
  const door = Door.each();

  it('are offered in the order in which they came, also behind a thousand that take several turns, and no subscriber gets them', async () => {
    const [gate, app] = [await door.client('gate'), await door.client('app')];
    const seen = received(app);
    assert.ok(await granted(app, 'forward'));
    await Promise.all([gate.publishAsync('forward', lines(0, 1_000), { qos: 1 }), gate.publishAsync('forward', lines(1_000, 1), { qos: 1 }), gate.publishAsync('forward', lines(1_001, 1), { qos: 2 })]);
    await door.meanwhile();
    assert.deepEqual(door.intake.texts, lines(0, 1_002).split('\n').map((line) => `c1: ${line}`));
    assert.deepEqual(seen, []);
  });

  it('are refused, and counted, when more of them wait than may', async () => {
    const gate = await door.client('gate');
    const closed = next(gate, 'close');
    const large = `${lines(0, 1_500)}\n`.slice(0, 95_000).replace(/\n[^\n]*$/, '');
    for (let count = 0; count < 400; count += 1) gate.publish('forward', large, { qos: 1 });
    await closed;
    await until(() => door.intake.refusals.length > 0);
    assert.equal(door.intake.refusals[0], 'mqtt gate inbox-full');
    assert.match(door.problems.join(), /As much as may wait of what gate forwards waits already/);
  }).timeout(20_000);
});
