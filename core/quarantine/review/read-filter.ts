import { HistoryQueryError, shown } from '../../history/history-error.ts';
import { textField, timeField } from '../../history/read-field.ts';
import { serverTimeZone, timeZone } from '../../history/time/time-zone.ts';
import type { QuarantineFilter } from '../quarantine.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a filter, as a request or a message gives them. */
const FILTER_FIELDS = ['ids', 'upTo', 'reason', 'device', 'contract', 'from', 'to'] as const satisfies ReadonlyArray<keyof QuarantineFilter>;

/** Entries that one filter may name. */
const MOST_IDS = 1_000;
const LONGEST_ID_LIST = 20_000;

/**
 * Reads a filter from a request or a message: `ids` as a list or a text with commas, `from` and `to` as milliseconds since the epoch, in ISO
 * 8601 or as `-24h`, `today` and so on, in the time zone of the server. Empty texts are as good as none. A field that is not known is refused: one
 * that is spelled wrongly must not drop all that there is.
 *
 * @throws HistoryQueryError that names the field, the value and the cure.
 */
export function readQuarantineFilter(given: unknown, now: number): QuarantineFilter {
  const fields = withoutEmpty(fieldsOf(given));
  const other = Object.keys(fields).find((field) => !FILTER_FIELDS.some((known) => known === field));
  if (other !== undefined) throw new HistoryQueryError('filter', `The filter has a field ${shown(other)}, which is not known. Use ${FILTER_FIELDS.join(', ')}, or leave it out.`);
  const filter: QuarantineFilter = { ...textsIn(fields), ...timesIn(fields, now) };
  if (fields['ids'] !== undefined) filter.ids = idsIn(fields['ids']);
  if (fields['upTo'] !== undefined) filter.upTo = idIn(fields['upTo'], 'upTo');
  return filter;
}

/** @throws HistoryQueryError when what is given is no object. */
export function fieldsOf(given: unknown, field = 'filter'): Fields {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return { ...given };
  throw new HistoryQueryError(field, `${field} is ${shown(given)}. Give an object such as {"device":"press-7","reason":"contract"}; {} means all.`);
}

function withoutEmpty(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== ''));
}

function textsIn(fields: Fields): Pick<QuarantineFilter, 'reason' | 'device' | 'contract'> {
  const [reason, device, contract] = [textField(fields, 'reason'), textField(fields, 'device'), textField(fields, 'contract')];
  return { ...(reason && { reason }), ...(device && { device }), ...(contract && { contract }) };
}

function timesIn(fields: Fields, now: number): Pick<QuarantineFilter, 'from' | 'to'> {
  const zone = timeZone(serverTimeZone());
  const begin = timeField(fields, 'from', now, zone);
  const from = begin?.start;
  const to = timeField(fields, 'to', now, zone)?.end ?? (begin?.named ? begin.end : undefined);
  if (from !== undefined && to !== undefined && from >= to) {
    throw new HistoryQueryError('to', `from is ${new Date(from).toISOString()} and to is ${new Date(to).toISOString()}: nothing lies between. Choose a "to" after "from".`);
  }
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

function idsIn(value: unknown): number[] {
  const items: readonly unknown[] = typeof value === 'string' && value.length <= LONGEST_ID_LIST ? value.split(',') : Array.isArray(value) ? value : [value];
  // An empty list must not pass for no list: that would be all entries.
  if (items.length === 0) throw new HistoryQueryError('ids', 'ids is an empty list. Give the ids of entries, or leave it out to mean all.');
  if (items.length > MOST_IDS) throw new HistoryQueryError('ids', `ids has ${items.length} entries. Give at most ${MOST_IDS}, or a filter by reason, device, contract or time.`);
  return [...new Set(items.map((item) => idIn(item, 'ids')))];
}

function idIn(value: unknown, field: string): number {
  const id = typeof value === 'number' ? value : typeof value === 'string' && /^\s*\d{1,16}\s*$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(id) && id >= 0) return id;
  throw new HistoryQueryError(field, `${field} ${field === 'ids' ? 'has' : 'is'} ${shown(value)}. The id of an entry is a whole number, as the list gives it.`);
}
