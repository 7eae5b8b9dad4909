import assert from 'node:assert/strict';
import { climatologyTest, ConfigError, createClimatologyTest, type ClimatologyMember, type Period } from '../../../../core/quality/index.ts';
import { partOf } from '../../../../core/quality/qartod/calendar.ts';

describe('climatology_test', () => {
  const summer: ClimatologyMember = { period: 'month', timeSpan: [6, 8], suspectSpan: [15, 30], failSpan: [0, 45] };
  const winter: ClimatologyMember = { period: 'month', timeSpan: [12, 12], suspectSpan: [-10, 10] };

  it('judges a reading by what is usual then, the ends of all spans included', () => {
    const times = ['2026-06-01', '2026-08-31T23:59:59Z', '2026-07-15', '2026-07-15', '2026-07-15', '2026-12-01'];
    assert.deepEqual(climatologyTest({ times, values: [15, 30, 14.9, 46, 45, 11], members: [summer, winter] }), [1, 1, 3, 4, 3, 3]);
  });

  it('does not evaluate a reading that no member speaks of', () => {
    assert.deepEqual(climatologyTest({ times: ['2026-03-01', null], values: [20, 20], members: [summer, winter] }), [2, 2]);
  });

  it('lets the last of several members decide', () => {
    const night: ClimatologyMember = { period: 'hour', timeSpan: [0, 5], suspectSpan: [8, 20] };
    assert.deepEqual(climatologyTest({ times: ['2026-07-01T03:00:00Z', '2026-07-01T12:00:00Z'], values: [25, 25], members: [summer, night] }), [3, 1]);
    assert.deepEqual(climatologyTest({ times: ['2026-07-01T03:00:00Z'], values: [25], members: [night, summer] }), [1]);
  });

  it('takes a span of time without a period, to the millisecond', () => {
    const members: ClimatologyMember[] = [{ timeSpan: ['2026-01-01', new Date('2026-01-02')], suspectSpan: [0, 1] }];
    const from = Date.parse('2026-01-01');
    assert.deepEqual(climatologyTest({ times: [from - 1, from, from + 86_400_000, from + 86_400_001], values: [5, 5, 5, 5], members }), [2, 3, 3, 2]);
  });

  it('judges by depth where a member has one, and the others at any depth', () => {
    const members: ClimatologyMember[] = [
      { period: 'year', timeSpan: [2026, 2026], suspectSpan: [0, 50] },
      { period: 'year', timeSpan: [2026, 2026], suspectSpan: [10, 20], depthSpan: [0, 5] },
    ];
    const values = [30, 30, 30, 60, 15];
    assert.deepEqual(climatologyTest({ times: values.map(() => '2026-05-05'), values, depths: [5, 5.1, null, null, 0], members }), [3, 1, 1, 3, 1]);
    assert.deepEqual(climatologyTest({ times: ['2026-05-05'], values: [30], members: members.slice(1) }), [2]);
    assert.deepEqual(climatologyTest({ times: ['2026-05-05'], values: [null], depths: [1], members }), [9]);
  });

  const parts: [Period, string, number][] = [
    ['week', '2021-01-03', 53], ['week', '2021-01-04', 1], ['weekofyear', '2018-12-31', 1], ['week', '2016-01-01', 53], ['week', '2026-12-31', 53],
    ['dayofyear', '2024-12-31', 366], ['dayofyear', '2023-03-01', 60], ['dayofweek', '2026-11-22', 6], ['dayofweek', '2026-11-23', 0],
    ['quarter', '2026-04-01', 2], ['month', '2026-12-31T23:59:59Z', 12], ['hour', '1969-12-31T23:30:00Z', 23], ['minute', '1969-12-31T23:30:00Z', 30],
    ['day', '2024-02-29', 29], ['year', '1969-12-31', 1969], ['dayofyear', '0050-01-01', 1],
  ];
  for (const [period, time, part] of parts) {
    it(`finds ${time} to be ${part} by ${period}`, () => assert.equal(partOf(period, Date.parse(time)), part));
  }

  it('evaluates nothing at a time that no calendar has', () => {
    const members: ClimatologyMember[] = (['week', 'month', 'dayofyear', 'hour'] as const).map((period) => ({ period, timeSpan: [0, 400], suspectSpan: [0, 1] }));
    const test = createClimatologyTest({ members });
    for (const ts of [Number.NaN, Number.POSITIVE_INFINITY]) assert.equal(test.update(ts, 5), 2);
    assert.doesNotThrow(() => test.update(9e15, 5));
  });

  for (const [what, members, field] of [
    ['no members', [], 'members'],
    ['a member that is none', [null], 'members[0]'],
    ['an unknown period', [{ ...summer, period: 'moon' }], 'members[0].period'],
    ['a member without a value span', [winter, { period: 'month', timeSpan: [1, 2] }], 'members[1].suspectSpan'],
    ['months as text', [{ ...summer, timeSpan: ['june', 'july'] }], 'members[0].timeSpan'],
    ['a winter in one member', [{ ...winter, timeSpan: [12, 2] }], 'members[0].timeSpan'],
    ['a span without an end', [{ timeSpan: ['2026-01-01'], suspectSpan: [0, 1] }], 'members[0].timeSpan'],
    ['a time that is none', [{ timeSpan: ['2026-01-01', 'later'], suspectSpan: [0, 1] }], 'members[0].timeSpan[1]'],
  ] as const) {
    it(`refuses ${what}, and names it`, () => {
      assert.throws(() => createClimatologyTest({ members: members as unknown as ClimatologyMember[] }), (error) => error instanceof ConfigError && error.field === field);
    });
  }
});
