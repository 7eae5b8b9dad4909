import { HistoryQueryError } from '../../core/history/history-error.ts';
import { AGGREGATES } from '../../core/history/query.ts';
import { readHistoryQuery } from '../../core/history/read-query.ts';
import { timeZone } from '../../core/history/time/time-zone.ts';
import { currentValue, savedValue } from '../editor/settings.ts';
import { shared, shownNumber, textsOf } from '../editor/texts.ts';
import { isNumberWithin, numberSentence, textOf } from '../editor/validators.ts';

type Field = 'devices' | 'metrics' | 'profile' | 'tag' | 'from' | 'to' | 'at' | 'timeZone' | 'every' | 'gapAfter';

/** Which fields a question of a kind has. */
const OF_KIND: Partial<Record<Field, readonly string[]>> = { from: ['raw', 'aggregate'], to: ['raw', 'aggregate'], gapAfter: ['raw', 'aggregate'], at: ['at'], every: ['aggregate'] };

/** A field that can be asked with, by the rules of the server; where the kind has no such field, it does not count. */
export function askable(field: Field): Validator {
  return function (value, _options) {
    const kinds = OF_KIND[field];
    if (kinds && !kinds.includes(textOf(currentValue(this, 'kind')))) return true;
    if (field === 'every' && currentValue(this, 'grid') !== 'every') return true;
    const given = textOf(value ?? savedValue(this, field)).trim();
    if (given === '') return field !== 'every' || shared('errors.required', { field: this._('labels.every') });
    return problemOf(this, field, given);
  };
}

function problemOf(node: EditorNode, field: Field, given: string): true | string {
  const zone = field === 'timeZone' ? given : textOf(currentValue(node, 'timeZone')).trim();
  try {
    // Whether the end comes after the beginning can only be said of both.
    readHistoryQuery({ [field]: given, ...(field === 'to' && { from: textOf(currentValue(node, 'from')) }), ...(isZone(zone) && { timeZone: zone }) }, { now: Date.now() });
    return true;
  } catch (error) {
    if (!(error instanceof HistoryQueryError)) throw error;
    // A beginning that cannot be is said where it is entered.
    if (error.field === 'from' && field === 'to') return true;
    if (error.field === 'to' && field === 'from' && textOf(currentValue(node, 'to')).trim() !== '') return true;
    const order = error.field === 'to' && !/no time/.test(error.message);
    return textsOf(node.type)(order ? 'errors.order' : `errors.${field}`, { value: given.slice(0, 60) });
  }
}

/** A zone that cannot be is said where it is entered. */
function isZone(zone: string): boolean {
  if (zone === '') return false;
  try {
    timeZone(zone);
    return true;
  } catch {
    return false;
  }
}

/** At least one of the known aggregates, where the kind has any. */
export function chosenAggregates(): Validator {
  return function (value, _options) {
    return currentValue(this, 'kind') === 'aggregate' ? aggregatesProblem(this, value ?? savedValue(this, 'aggregates')) : true;
  };
}

export function aggregatesProblem(node: EditorNode, aggregates: unknown): true | string {
  const names: unknown[] = Array.isArray(aggregates) ? aggregates : [];
  if (names.length === 0) return node._('errors.noAggregate');
  const unknown = names.find((name) => !AGGREGATES.some((one) => one === name));
  return unknown === undefined || node._('errors.aggregate', { value: textOf(unknown).slice(0, 40), choices: AGGREGATES.join(', ') });
}

/** A number that matters only while another property has a value. */
export function numberWhen(property: string, when: (node: EditorNode) => boolean, limits: { minimum?: number; maximum?: number; whole?: boolean }): Validator {
  return function (value, _options) {
    const given = value ?? savedValue(this, property);
    return !when(this) || isNumberWithin(given, limits) || numberSentence(this._(`labels.${property}`), given, limits);
  };
}

/** 0, or as many rows as go well into a message; not 0 where the whole answer would be too much for one. */
export function rowsPerMessage(least: number, most: number, mostInOne: number): Validator {
  return function (value, _options) {
    const given = value ?? savedValue(this, 'rowsPerMessage');
    const limits = { minimum: 0, maximum: most, whole: true };
    if (!isNumberWithin(given, limits) || (Number(given) > 0 && Number(given) < least)) return this._('errors.rowsPerMessage', { value: textOf(given).slice(0, 40), least: shownNumber(least), most: shownNumber(most) });
    const limit = Number(currentValue(this, 'limit'));
    if ((Number(given) === 0 || currentValue(this, 'output') === 'series') && limit > mostInOne) return this._('errors.tooMuchForOne', { limit: shownNumber(limit), most: shownNumber(mostInOne) });
    return true;
  };
}
