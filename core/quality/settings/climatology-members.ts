import { ConfigError } from '../../errors/holdfast-error.ts';
import { PERIODS } from '../qartod/calendar.ts';
import { readMember } from '../qartod/climatology-member.ts';
import type { ClimatologyMember } from '../qartod/climatology-member.ts';
import { listOf, oneOf, readOptions, span, timeSpan } from './option.ts';
import type { Option } from './option.ts';

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
