import { HistoryQueryError, shown } from '../../core/history/history-error.ts';
import { choiceField, numberField } from '../../core/history/read-field.ts';
import type { QuarantineFilter } from '../../core/quarantine/quarantine.ts';
import { fieldsOf, readQuarantineFilter } from '../../core/quarantine/review/read-filter.ts';

/** What a message can ask of the quarantine. */
const ACTIONS = ['list', 'summary', 'check', 'release', 'cancel', 'drop', 'export'] as const;
export type Action = (typeof ACTIONS)[number];

export interface Command {
  action: Action;
  filter: QuarantineFilter;
  /** Entries of a list or a check, or lines of a part of an export. */
  limit?: number;
  /** Where a page of a list begins, as the page before it said. */
  before?: number;
  /** How many entries a drop may be about at most. */
  expected?: unknown;
  /** The id of the node by which entries go in whose own is gone. */
  channel?: string;
}

/** What the dialog says; a field of the filter in a message takes the place of the same field here. */
export interface FilterSettings {
  reason: string;
  device: string;
  contract: string;
}

const FIELDS: readonly string[] = ['action', 'filter', 'limit', 'before', 'expected', 'channel'] satisfies ReadonlyArray<keyof Command>;
const EXAMPLE = 'Send msg.payload such as {"action":"list","filter":{"device":"press-7"},"limit":10}, or the name of an action alone.';
const MOST = 10_000;

/**
 * Reads a command from `msg.payload`: an object, or the name of an action.
 *
 * @throws HistoryQueryError that names the field, the value and the cure.
 */
export function readCommand(payload: unknown, settings: FilterSettings, now: number): Command {
  if (typeof payload !== 'string' && (typeof payload !== 'object' || payload === null || Array.isArray(payload))) throw new HistoryQueryError('payload', `msg.payload is ${shown(payload)}, which is no command. ${EXAMPLE}`);
  const given = typeof payload === 'string' ? { action: payload } : fieldsOf(payload, 'payload');
  const other = Object.keys(given).find((field) => !FIELDS.includes(field));
  if (other !== undefined) throw new HistoryQueryError(other, `msg.payload has a field ${shown(other)}, which no command has. Use ${FIELDS.join(', ')}; reason, device, contract, from, to and ids belong into filter.`);
  if (given['action'] === undefined) throw new HistoryQueryError('action', `msg.payload has no action. ${EXAMPLE}`);
  const action = choiceField(given, 'action', ACTIONS, 'list');
  // What is gone for good is to be named, if only by {}.
  if (action === 'drop' && given['filter'] === undefined) throw new HistoryQueryError('filter', 'The command to drop has no filter. Say which entries are to go, such as {"action":"drop","filter":{"device":"press-7"}}; {} means all that the dialog does not leave out.');
  const filter = readQuarantineFilter({ ...settings, ...(given['filter'] === undefined ? {} : fieldsOf(given['filter'])) }, now);
  return { action, filter, ...numbersIn(given), ...(given['expected'] !== undefined && { expected: given['expected'] }), ...channelIn(given['channel']) };
}

function numbersIn(given: Readonly<Record<string, unknown>>): Pick<Command, 'limit' | 'before'> {
  const limit = numberField(given, 'limit', 1, MOST);
  const before = numberField(given, 'before', 0, Number.MAX_SAFE_INTEGER);
  return { ...(limit !== undefined && { limit }), ...(before !== undefined && { before }) };
}

function channelIn(channel: unknown): Pick<Command, 'channel'> {
  if (channel === undefined) return {};
  if (typeof channel === 'string' && channel !== '') return { channel };
  throw new HistoryQueryError('channel', `channel is ${shown(channel)}. Give the id of the node by which entries go in whose own is gone, or leave it out.`);
}
