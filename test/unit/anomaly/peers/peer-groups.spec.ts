import assert from 'node:assert/strict';
import { PeerGroups } from '../../../../core/anomaly/peers/peer-groups.ts';
import { ManualClock } from '../../../../core/clock/manual-clock.ts';
import { Cohort, highest, MINUTE, START } from './cohort.ts';

describe('a device against its group', () => {
  it('stands out when it leaves its usual place beside the others, and the sentence says how far', () => {
    const cohort = new Cohort(12);
    assert.ok(highest(cohort.rounds(600)) < 1);
    const said = cohort.rounds(5, (value, index) => (index === 2 ? value + 6 : value));
    const worst = said[4]?.[2];
    assert.ok(worst && worst.score > 3);
    assert.match(worst.why, /^-\d+(\.\d+)? is (6|7)\.\d\d? above what the 11 other devices of the tag freezers show \(-\d+(\.\d+)?\); usually it is 0\.\d\d? above them\.$/);
    const [low, high] = [worst.expected?.low ?? Number.NaN, worst.expected?.high ?? Number.NaN];
    assert.ok(low < high && high < Number(worst.why.split(' ')[0]));
    assert.ok(highest(said, (index) => index !== 2) < 1);
  });

  it('is not judged by one reading alone: when a group leaps, one has to be the first', () => {
    const cohort = new Cohort(12);
    cohort.rounds(600);
    assert.ok(highest([cohort.round((value, index) => (index === 2 ? value + 6 : value))]) < 1);
  });

  it('is not blamed for what all of them do', () => {
    const cohort = new Cohort(12);
    cohort.rounds(600);
    assert.ok(highest(cohort.rounds(60, (value) => value + 15)) < 1, 'a leap');
    assert.ok(highest(Array.from({ length: 30 }, (_, minute) => cohort.round((value) => value + 15 - minute))) < 1, 'a fast change');
  });

  it('stands out when it stays where it was while the others move', () => {
    const cohort = new Cohort(12);
    cohort.rounds(600);
    const stuck = Array.from({ length: 30 }, (_, minute) => cohort.round((value, index) => (index === 7 ? -20 : value + minute / 4)));
    assert.ok(highest(stuck, (index) => index === 7) > 1);
  });

  it('that is well is not blamed while more than half of its group shows nonsense, nor after', () => {
    const cohort = new Cohort(12);
    cohort.rounds(600);
    const isWell = (index: number): boolean => index % 12 < 5;
    const glitch = cohort.rounds(50, (value, index) => (isWell(index) ? value : 60));
    const after = cohort.rounds(50);
    assert.ok(highest([...glitch, ...after], isWell) < 1);
    assert.ok(glitch.at(-1)?.some((one) => one?.why === 'Not judged by its group: too many of its devices are away from the others at once.'));
    assert.ok(highest(cohort.rounds(5, (value, index) => (index === 2 ? value + 6 : value)), (index) => index === 2) > 1, 'and is judged again afterwards');
  });

  it('goes on standing out when others fail after it', () => {
    const cohort = new Cohort(8);
    cohort.rounds(600);
    cohort.rounds(5, (value, index) => (index === 0 ? value + 6 : value));
    const more = cohort.rounds(5, (value, index) => (index < 4 ? value + 6 : value));
    assert.ok((more.at(-1)?.[0]?.score ?? 0) >= 1);
    assert.ok(highest(more, (index) => index !== 0) < 1);
  });

  it('is mostly calm from the first reading on that is back in its place', () => {
    const cohort = new Cohort(8);
    cohort.rounds(600);
    const back = cohort.devices.flatMap((_, which) => {
      cohort.rounds(6, (value, index) => (index === which ? value + 1.2 : value));
      return cohort.rounds(5).map((said) => said[which]?.score ?? Number.NaN);
    });
    assert.ok(back.filter((score) => !(score < 1)).length <= 2);
  });

  it('that has a new place for a thousand readings is usual there', () => {
    const cohort = new Cohort(8);
    cohort.rounds(600);
    const moved = cohort.rounds(1_400, (value, index) => (index === 3 ? value + 6 : value));
    assert.ok((moved[900]?.[3]?.score ?? 0) >= 1);
    assert.ok(highest(moved.slice(1_200), (index) => index === 3) < 1);
  });

  it('is judged with three others that have sent lately, and not with fewer', () => {
    const cohort = new Cohort(4);
    assert.ok(cohort.rounds(600).at(-1)?.every((one) => one !== undefined));
    const silent = cohort.rounds(20, (value, index) => (index === 3 ? undefined : value));
    assert.ok(silent.at(-1)?.every((one) => one === undefined));
    assert.ok(new Cohort(3).rounds(600).at(-1)?.every((one) => one === undefined));
    assert.ok(new Cohort(1).rounds(600).at(-1)?.every((one) => one === undefined));
  });

  it('is judged by a late reading without learning it, and not by one from long ago', () => {
    const cohort = new Cohort(8);
    cohort.rounds(600);
    const before = JSON.stringify(cohort.own.get('freezer-1')?.snapshot());
    const ts = START + cohort.minute * MINUTE;
    assert.ok(cohort.judge('freezer-1', ts - 3 * MINUTE, -20));
    assert.ok(cohort.judge('freezer-1', START + (cohort.minute - 1) * MINUTE + 1_000, -20), 'delivered again');
    assert.ok(cohort.judge('freezer-1', ts, -20, false), 'of doubtful quality');
    assert.equal(cohort.judge('freezer-1', ts - 600 * MINUTE, -20), undefined);
    assert.equal(JSON.stringify(cohort.own.get('freezer-1')?.snapshot()), before);
  });

  it('is judged again after our own clock leapt ahead and came back', () => {
    const cohort = new Cohort(8);
    cohort.rounds(600);
    const minute = cohort.minute;
    cohort.minute += 10_000_000;
    cohort.rounds(2);
    cohort.minute = minute;
    assert.ok(cohort.rounds(20).at(-1)?.every((one) => one !== undefined));
    const learned = JSON.stringify(cohort.own.get('freezer-1')?.snapshot());
    cohort.rounds(1);
    assert.notEqual(JSON.stringify(cohort.own.get('freezer-1')?.snapshot()), learned);
  });

  it('does not count for a group that it has left, and learns anew in another', () => {
    const cohort = new Cohort(8, { groups: [{ tag: 'freezers' }, { profile: 'cold-room' }] });
    cohort.members.set('cold-room', cohort.devices.slice(0, 4));
    cohort.rounds(600);
    assert.match(cohort.rounds(3, (value, index) => (index === 1 ? value + 6 : value)).at(-1)?.[1]?.why ?? '', /7 other devices of the tag freezers/, 'the group named first counts');
    cohort.members.set('freezers', cohort.devices.slice(4));
    assert.deepEqual(cohort.round().slice(0, 4), [undefined, undefined, undefined, undefined]);
    assert.match(cohort.rounds(3, (value, index) => (index === 6 ? value + 6 : value)).at(-1)?.[6]?.why ?? '', /the 3 other devices of the tag freezers/);
    assert.equal(cohort.rounds(200).at(-1)?.[1], undefined, 'what it was beside the former group says nothing of this one');
    cohort.rounds(400);
    assert.match(cohort.rounds(3, (value, index) => (index === 1 ? value + 6 : value)).at(-1)?.[1]?.why ?? '', /the 3 other devices of the profile cold-room/);
    cohort.members.clear();
    cohort.round();
    assert.ok(cohort.round().every((one) => one === undefined), 'a device without a group is judged by none');
  });

  it('bears values and times that no sensor sends', () => {
    const cohort = new Cohort(8);
    cohort.rounds(300);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, -0]) {
      for (const ts of [START + cohort.minute * MINUTE, Number.NaN, Number.POSITIVE_INFINITY, -1e300, 0]) {
        const said = cohort.judge('freezer-0', ts, value);
        assert.ok(said === undefined || Number.isFinite(said.score));
      }
    }
    const all = cohort.rounds(40, (value, index) => (index === 0 ? 1e300 : value));
    for (const one of all.flat()) assert.ok(one === undefined || (Number.isFinite(one.score) && Number.isFinite(one.expected?.low) && Number.isFinite(one.expected?.high)));
    assert.ok(highest(all, (index) => index === 0) > 1);
  });

  it('is refused a setting that names no group, or too many', () => {
    const make = (groups: Array<{ tag: string }>): PeerGroups => new PeerGroups({ groups, devicesOf: () => [], clock: new ManualClock() });
    assert.throws(() => make([{ tag: '' }]), { code: 'HOLDFAST_CONFIG', message: /empty tag/ });
    assert.throws(() => make(Array.from({ length: 17 }, (_, index) => ({ tag: `hall-${index}` }))), { code: 'HOLDFAST_CONFIG', message: /at most 16/ });
  });
});
