import assert from 'node:assert/strict';
import { IntakeFixture, KEPT } from './intake-fixture.ts';
import type { Limits } from '../../../core/overload/limits.ts';

const ONE_A_SECOND: Limits = { messagesPerSecond: 1, bytesPerSecond: 0, burst: 1, over: 'refuse' };

describe('what waits at the door', () => {
  let fixture: IntakeFixture;
  afterEach(() => fixture.dispose());
  const ledger = () => fixture.files.inbox.ledger;
  const seconds = (count: number): void => {
    for (let second = 0; second < count; second += 1) fixture.clock.advance(1_000);
  };
  /** More than the flow may lag by, on a thread that is busy. */
  const congest = (): void => {
    fixture.utilization = 1;
    for (let count = 0; count < 2_100; count += 1) fixture.offer('x', { device: `other-${count % 10}` });
    fixture.clock.advance(4);
    fixture.send('x', { device: 'other-0' });
    fixture.clock.advance(50);
  };

  it('for the flow goes with its own door, and with no other', () => {
    fixture = new IntakeFixture();
    congest();
    const other = fixture.door();
    const [mine, theirs] = [fixture.offer('mine'), fixture.offer('theirs', {}, other)];
    fixture.clock.advance(4);
    assert.deepEqual([mine.outcome, theirs.outcome], [undefined, undefined]);
    other.close();
    assert.deepEqual([mine.outcome, theirs.outcome], [undefined, KEPT]);
    fixture.reception.close();
    assert.equal(mine.outcome, KEPT);
  });

  it('is all answered, and nothing waits any more, when doors and backend are closed while the thread is busy', () => {
    fixture = new IntakeFixture({ limits: { ...ONE_A_SECOND, messagesPerSecond: 1_000, burst: 10, over: 'conflate' } });
    congest();
    fixture.limits = { ...ONE_A_SECOND, over: 'conflate' };
    const door = fixture.door();
    const offered = [1, 2, 3].map((value) => fixture.offer(String(value), {}, door));
    door.close();
    fixture.intake.close();
    fixture.reception.close();
    fixture.files.inbox.close();
    assert.deepEqual(offered.map(({ outcome }) => outcome), [KEPT, KEPT, KEPT]);
    assert.equal(fixture.offer('late').outcome, 'stopping');
    fixture.intake.refused('mqtt', 'press-1', 'forbidden');
    seconds(20);
    assert.deepEqual(fixture.files.problems, []);
  });

  it('for room under its limit waits no longer because the clock was set back', () => {
    fixture = new IntakeFixture({ limits: { ...ONE_A_SECOND, messagesPerSecond: 0.1, burst: 10 } });
    fixture.offer('1');
    const late = fixture.offer('2', { patience: 10_000 });
    const later = fixture.offer('3', { patience: 10_000 });
    fixture.clock.setBack(3_600_000);
    seconds(25);
    assert.deepEqual([late.outcome, later.outcome], [KEPT, 'rate']);
  });

  it('is told by when there would be room, when it has waited in vain', () => {
    fixture = new IntakeFixture({ limits: { ...ONE_A_SECOND, messagesPerSecond: 0.1, burst: 10 } });
    fixture.offer('1');
    fixture.offer('2', { patience: 10_000 });
    const late = fixture.offer('3', { patience: 11_000 });
    seconds(11);
    assert.deepEqual([late.outcome, late.refusal?.retryAfter], ['rate', 10_000]);
  });

  it('keeps its order when its limit is raised, lowered and taken away meanwhile', async () => {
    fixture = new IntakeFixture({ profiles: [{ name: 'van', format: 'auto', maximumAge: 0, metrics: {}, limits: ONE_A_SECOND }] });
    const limit = (limits: Limits): void => fixture.reception.profiles.set([{ name: 'van', format: 'auto', maximumAge: 0, metrics: {}, limits }]);
    const offer = (from: number, to: number): void => {
      for (let value = from; value < to; value += 1) fixture.offer(String(value), { device: 'van-1', patience: 60_000 });
    };
    offer(0, 5);
    limit({ ...ONE_A_SECOND, over: 'conflate', messagesPerSecond: 2 });
    offer(5, 10);
    seconds(2);
    limit({ ...ONE_A_SECOND, messagesPerSecond: 0 });
    offer(10, 15);
    seconds(2);
    limit(ONE_A_SECOND);
    offer(15, 20);
    seconds(30);
    assert.deepEqual((await fixture.kept()).map(Number), Array.from({ length: 20 }, (_, value) => value));
    assert.equal(ledger().read().total.difference, 0);
  });

  it('is answered once, also when an answer closes the door', () => {
    fixture = new IntakeFixture({ limits: ONE_A_SECOND });
    fixture.offer('0');
    let answers = 0;
    const delivery = { via: 'mqtt', device: 'press-1', principal: 'press-1', topic: '', payload: Buffer.from('1'), format: 'auto', patience: 1_500 } as const;
    for (let count = 0; count < 5; count += 1) {
      fixture.intake.offer(delivery, () => {
        answers += 1;
        fixture.intake.close();
      });
    }
    seconds(5);
    assert.equal(answers, 5);
    assert.equal(ledger().read().total.received, 6);
  });

  it('does not suffer from a neighbour that cannot bear its answer', () => {
    fixture = new IntakeFixture({ limits: { ...ONE_A_SECOND, over: 'conflate' } });
    const spoil = (): never => {
      throw new Error('gone');
    };
    const delivery = { via: 'mqtt', device: 'press-1', principal: 'press-1', topic: '', payload: Buffer.from('1'), format: 'auto', patience: 0 } as const;
    fixture.send('0');
    fixture.intake.offer(delivery, spoil);
    const second = fixture.offer('2');
    fixture.intake.offer(delivery, spoil);
    const last = fixture.offer('4');
    seconds(2);
    assert.deepEqual([second.outcome, last.outcome], [KEPT, KEPT]);
    assert.match(String(fixture.files.problems.splice(0)), /gone/);
  });

  it('for a later value is bounded: what gives way beyond that is refused, and the latest is still kept', async () => {
    fixture = new IntakeFixture({ limits: { ...ONE_A_SECOND, messagesPerSecond: 0.01, burst: 100, over: 'conflate' } });
    const offered = Array.from({ length: 5_000 }, (_, index) => fixture.offer(String(index)));
    const refused = offered.filter(({ outcome }) => outcome === 'rate').length;
    assert.equal(refused, 5_000 - 1 - 1_000 - 1);
    seconds(101);
    assert.equal(offered.filter(({ outcome }) => outcome === KEPT).length, 5_000 - refused);
    assert.deepEqual(await fixture.kept(), ['0', '4999']);
    assert.equal(ledger().read().total.difference, 0);
  });

  it('is refused together with the survivor that it gave way to, each counted', () => {
    fixture = new IntakeFixture({ limits: { ...ONE_A_SECOND, over: 'conflate' }, bounds: { maximumBytes: 250 } });
    fixture.send('0');
    const offered = [1, 2, 3].map((value) => fixture.offer(String(value)));
    seconds(2);
    assert.deepEqual(offered.map(({ outcome }) => outcome), ['inbox-full', 'inbox-full', 'inbox-full']);
    assert.deepEqual(ledger().device('press-1').mqtt?.refused, { 'inbox-full': 3 });
    assert.equal(ledger().read().total.difference, 0);
  });

  it('does not unbalance the account of its device when many others come meanwhile', () => {
    const limits = { ...ONE_A_SECOND, messagesPerSecond: 0.01, burst: 100 };
    fixture = new IntakeFixture({ limits });
    fixture.reception.limits.admit('slow', limits, 1);
    fixture.offer('1', { device: 'slow', patience: 600_000 });
    for (let count = 0; count < 50_001; count += 1) ledger().refused(ledger().account(`other-${count}`, 'mqtt'), 'rate');
    fixture.files.inbox.noted();
    seconds(30);
    fixture.offer('2', { device: 'slow', patience: 600_000 });
    fixture.intake.close();
    seconds(30);
    const { mqtt } = ledger().device('slow');
    assert.deepEqual([mqtt?.received, mqtt?.refused], [2, { stopping: 2 }]);
  }).timeout(20_000);

  it('is not written down anew for each of many devices that go into quarantine together', () => {
    fixture = new IntakeFixture({ limits: { ...ONE_A_SECOND, over: 'quarantine' } });
    for (let device = 0; device < 200; device += 1) for (let count = 0; count < 2; count += 1) fixture.offer('1', { device: `press-${device}` });
    assert.equal(fixture.saves, 1);
    fixture.clock.advance(1_000);
    assert.equal(fixture.saves, 2);
    assert.equal((fixture.saved.get('device-quarantine') as { devices: unknown[] }).devices.length, 200);
    fixture.offer('1', { device: 'late' });
    fixture.offer('1', { device: 'late' });
    fixture.reception.close();
    assert.equal((fixture.saved.get('device-quarantine') as { devices: unknown[] }).devices.length, 201);
  });
});
