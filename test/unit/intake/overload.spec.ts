import assert from 'node:assert/strict';
import { Consumer } from '../inbox/fixture.ts';
import { IntakeFixture, KEPT } from './intake-fixture.ts';
import type { Offered } from './intake-fixture.ts';
import type { Limits } from '../../../core/overload/limits.ts';

const TEN_A_SECOND: Limits = { messagesPerSecond: 10, bytesPerSecond: 0, burst: 1, over: 'refuse' };

describe('a device over its limit', () => {
  let fixture: IntakeFixture;
  const start = (options: ConstructorParameters<typeof IntakeFixture>[0]): void => {
    fixture = new IntakeFixture(options);
  };
  afterEach(() => fixture.dispose());

  const burst = (count: number, patience = 0, device = 'press-1'): Offered[] => Array.from({ length: count }, (_, index) => fixture.offer(String(index), { patience, device }));
  const outcomes = (offered: readonly Offered[]): Array<string | undefined> => offered.map(({ outcome }) => outcome);
  const ledger = () => fixture.files.inbox.ledger.read().total;

  it('is refused with the reason and the time after which to try again, and others are not', () => {
    start({ limits: TEN_A_SECOND });
    const offered = burst(12);
    const other = fixture.offer('1', { device: 'press-2' });
    fixture.clock.advance(4);
    assert.deepEqual(outcomes(offered), [...Array.from({ length: 10 }, () => KEPT), 'rate', 'rate']);
    assert.equal(other.outcome, KEPT);
    assert.equal(offered[11]?.refusal?.retryAfter, 100);
    assert.match(offered[11]?.refusal?.message ?? '', /press-1 sends more than 10 messages a second/);
    assert.deepEqual(fixture.files.inbox.ledger.device('press-1').mqtt?.refused, { rate: 2 });
    assert.equal(ledger().difference, 0);
  });

  it('is slowed down in its order where the protocol can wait, and refused when that takes too long', async () => {
    start({ limits: TEN_A_SECOND });
    const offered = burst(40, 2_000);
    fixture.clock.advance(4);
    assert.equal(outcomes(offered).filter((outcome) => outcome === KEPT).length, 10);
    for (let tick = 0; tick < 30; tick += 1) fixture.clock.advance(100);
    assert.equal(outcomes(offered).filter((outcome) => outcome === KEPT).length, 30);
    assert.equal(outcomes(offered).filter((outcome) => outcome === 'rate').length, 10);
    assert.deepEqual(await fixture.kept(), Array.from({ length: 30 }, (_, index) => String(index)));
    assert.equal(ledger().difference, 0);
  });

  it('has only its latest value kept where that is wanted, flagged, and the others are answered when it is on disk', async () => {
    start({ limits: { ...TEN_A_SECOND, over: 'conflate' } });
    const offered = burst(100);
    fixture.clock.advance(4);
    assert.equal(outcomes(offered).filter((outcome) => outcome !== undefined).length, 10);
    fixture.clock.advance(200);
    assert.deepEqual([...new Set(outcomes(offered))], [KEPT]);
    assert.deepEqual(await fixture.kept(), [...Array.from({ length: 10 }, (_, index) => String(index)), '99']);
    assert.deepEqual([ledger().received, ledger().conflated, ledger().inFlight, ledger().difference], [100, 89, 11, 0]);
  });

  it('goes into quarantine where that is wanted: what it sends waits there, more than that is refused, and a person lets it go', () => {
    start({ limits: { ...TEN_A_SECOND, over: 'quarantine' } });
    const offered = burst(1_020);
    fixture.clock.advance(4);
    assert.equal(outcomes(offered).filter((outcome) => outcome === KEPT).length, 1_010);
    assert.equal(outcomes(offered).filter((outcome) => outcome === 'device-quarantined').length, 10);
    assert.equal(fixture.files.inbox.quarantine.summary().waiting, 1_000);
    assert.deepEqual([ledger().quarantined, ledger().refused, ledger().difference], [1_000, { 'device-quarantined': 10 }, 0]);
    assert.equal(fixture.send('1', { device: 'press-2' }).outcome, KEPT);
    assert.ok(fixture.reception.release('press-1'));
    fixture.clock.advance(1_000);
    assert.equal(fixture.send('back').outcome, KEPT);
    assert.equal(fixture.files.inbox.quarantine.summary().waiting, 1_000);
  });

  it('has a repetition put into quarantine once', () => {
    start({ limits: { ...TEN_A_SECOND, over: 'quarantine' } });
    burst(11);
    const attempt = { session: 's', packet: '1', repeated: true };
    fixture.send('late', { attempt });
    fixture.send('late', { attempt });
    assert.equal(fixture.files.inbox.quarantine.summary().waiting, 2);
    assert.equal(ledger().duplicate, 1);
  });

  it('stays in quarantine over a restart', () => {
    start({ limits: { ...TEN_A_SECOND, over: 'quarantine' } });
    burst(11);
    fixture.clock.advance(4);
    fixture.crash();
    fixture.send('1');
    assert.equal(fixture.files.inbox.quarantine.summary().waiting, 2);
  });

  it('goes by the limits of its profile before those of the gateway', () => {
    start({ limits: TEN_A_SECOND, profiles: [{ name: 'van', format: 'auto', maximumAge: 0, metrics: {}, limits: { ...TEN_A_SECOND, messagesPerSecond: 2 } }] });
    assert.equal(outcomes(burst(20, 0, 'van-1')).filter((outcome) => outcome === 'rate').length, 18);
    assert.equal(outcomes(burst(20)).filter((outcome) => outcome === 'rate').length, 10);
  });

  it('whose messages wait is told when the backend stops', () => {
    start({ limits: TEN_A_SECOND });
    const offered = burst(12, 2_000);
    fixture.intake.close();
    fixture.clock.advance(4);
    assert.deepEqual(outcomes(offered).slice(10), ['stopping', 'stopping']);
  });
});

describe('an inbox that fills', () => {
  it('refuses at its bound, first the device that holds most, and takes again by itself when the flow has caught up', async () => {
    const fixture = new IntakeFixture({ bounds: { maximumBytes: 100_000 } });
    const load = 'x'.repeat(876);
    const flood = Array.from({ length: 100 }, () => fixture.send(load).outcome);
    assert.equal(flood.filter((outcome) => outcome === KEPT).length, 50, 'a device alone may hold half');
    assert.equal(flood.at(-1), 'fair-share');
    assert.equal(fixture.send(load, { device: 'press-2' }).outcome, KEPT);
    for (let device = 3; device < 100; device += 1) fixture.send(load, { device: `press-${device}` });
    assert.equal(fixture.send(load, { device: 'press-new' }).outcome, 'inbox-full');

    const consumer = await fixture.files.attach(new Consumer({ window: 1_000, deliverAtMost: 1_000 }));
    while (consumer.held.length > 0) fixture.files.inbox.channel('gateway').settle(consumer.take());
    assert.equal(fixture.send(load, { device: 'press-new' }).outcome, KEPT);
    assert.equal(fixture.files.inbox.ledger.read().total.difference, 0);
    fixture.dispose();
  });

  it('refuses when its oldest message is older than allowed', () => {
    const fixture = new IntakeFixture({ bounds: { maximumAge: 60_000 } });
    assert.equal(fixture.send('1').outcome, KEPT);
    fixture.clock.advance(59_000);
    assert.equal(fixture.send('2').outcome, KEPT);
    fixture.clock.advance(3_000);
    const late = fixture.send('3');
    assert.equal(late.outcome, 'inbox-full');
    assert.match(late.refusal?.message ?? '', /the flow stands still/);
    fixture.dispose();
  });

  it('is full of messages without a payload as well', () => {
    const fixture = new IntakeFixture({ bounds: { maximumBytes: 10_000 } });
    const outcomes = Array.from({ length: 1_000 }, (_, index) => fixture.send('', { device: `press-${index}` }).outcome);
    assert.ok(outcomes.filter((outcome) => outcome === KEPT).length < 100);
    assert.equal(outcomes.at(-1), 'inbox-full');
    fixture.dispose();
  });

  it('holds what it held before, to the byte, after a restart', () => {
    const fixture = new IntakeFixture();
    for (const topic of ['', 'a/b', 'räume/größe', '\u{1f600}/\ud800']) fixture.send('1', { topic });
    const { inFlightBytes } = fixture.files.inbox.ledger;
    fixture.crash();
    assert.equal(fixture.files.inbox.ledger.inFlightBytes, inFlightBytes);
    assert.ok(inFlightBytes > 0);
    fixture.dispose();
  });

  it('takes messages though it cannot be found out how old the oldest is, and says so', () => {
    const fixture = new IntakeFixture({ bounds: { maximumAge: 60_000 } });
    fixture.send('1');
    fixture.files.alter('UPDATE batch SET records = substr(records, 1, 5)');
    fixture.clock.advance(2_000);
    assert.equal(fixture.send('2').outcome, KEPT);
    assert.match(String(fixture.files.problems), /could not be used|damaged/);
    fixture.dispose();
  });
});
