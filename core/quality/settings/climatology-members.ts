import { shownGiven } from '../../errors/given.ts';
import { ConfigError } from '../../errors/holdfast-error.ts';
import { PERIODS } from '../qartod/calendar.ts';
import { readMember } from '../qartod/climatology-member.ts';
import type { ClimatologyMember } from '../qartod/climatology-member.ts';
import { listOf, oneOf, readOptions, span } from './option.ts';
import type { Option } from './option.ts';

/** The first and the last of what a period counts, or two times as text or in milliseconds. */
const timeSpan: Option<readonly [number | string, number | string]> = {
  read(value, field) {
    const [one, other] = Array.isArray(value) && value.length === 2 ? (value as unknown[]) : [];
    if (isTime(one) && isTime(other)) return [one, other];
    throw new ConfigError(field, `${field}, is ${shownGiven(value)}. Give the first and the last, such as [6, 8] with the period "month", or two times.`);
  },
};

const MEMBER = { period: oneOf(PERIODS), timeSpan, suspectSpan: span, failSpan: span, depthSpan: span };

const member: Option<ClimatologyMember> = {
  read(value, field) {
    const { timeSpan: times, suspectSpan, ...rest } = readOptions(MEMBER, value, field);
    if (!times || !suspectSpan) throw new ConfigError(field, `${field}, has no ${times ? 'suspectSpan' : 'timeSpan'}. Give both, such as { "period": "month", "timeSpan": [6, 8], "suspectSpan": [10, 35] }.`);
    const read = { timeSpan: times, suspectSpan, ...rest };
    readMember(field, read);
    return read;
  },
};

/** What is usual when. */
export const climatologyMembers = listOf(member);

function isTime(value: unknown): value is number | string {
  return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
}
