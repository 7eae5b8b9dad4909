import { setImmediate } from 'node:timers/promises';
import { Backend } from '../../../core/backend/backend.ts';
import { systemClock } from '../../../core/clock/clock.ts';
import type { InboxEntry } from '../../../core/inbox/channel.ts';
import { messageOf } from '../../../core/errors/holdfast-error.ts';
import { HELD, openRecorder } from './recorder.ts';
import type { Event } from './trace.ts';

/** What was acknowledged, and the files of `directory` do not have; and whatever went wrong when they were opened. */
export async function lossesOf(directory: string, said: readonly Event[]): Promise<string[]> {
  const losses: string[] = [];
  const problem = (error: unknown): void => void losses.push(`told: ${messageOf(error)}`);
  let backend: Backend;
  try {
    backend = Backend.acquire(directory, systemClock, problem);
  } catch (error) {
    return [`could not be opened: ${messageOf(error)}`];
  }
  try {
    const { put, waiting, released, dropped, lost } = backend.quarantine.summary();
    // By time, for which the rows are counted: all of them is known without.
    const rows = await backend.quarantine.count({ from: 0 });
    if (put !== waiting + released + dropped + lost || waiting !== rows) losses.push(`the quarantine does not add up: ${put} put, ${waiting} waiting, ${released} released`);
    const { difference, released: counted } = backend.inbox.ledger.read().total;
    if (difference !== 0 || counted !== released) losses.push(`the ledger does not add up by ${difference}, and counts ${counted} of ${released} as released`);
    const quarantinedFor = said.filter((event) => event.kind === 'say' && event.text.startsWith('quarantined ')).length;
    if (put < quarantinedFor) losses.push(`${quarantinedFor} were quarantined, and ${put} are known`);
    const messages = await messagesOf(backend);
    const held = new Map<number, number>();
    let state = -1;
    for (const event of said) {
      const [what, which = ''] = event.kind === 'say' ? event.text.trim().split(' ') : [];
      if (what === 'message' && !messages.has(Number(which))) losses.push(`message ${which}`);
      else if (what === 'principal' && !backend.registry.find(which)) losses.push(`principal ${which}`);
      else if (what === 'state') state = Math.max(state, Number(which));
      else if (what === 'held') held.set(Math.floor((Number(which) * 1_000) / HELD.interval), Number(which));
    }
    for (const [interval, number] of held) if (!(await hasLastOf(backend, interval, number, problem))) losses.push(`held ${number}`);
    if (Number(backend.state.load('n', 'd') ?? -1) < state) losses.push(`state ${state}`);
  } catch (error) {
    losses.push(`could not be read: ${messageOf(error)}`);
  } finally {
    backend.release(problem);
  }
  return losses;
}

/** Whether the store has of an interval a reading that is not older than this one, once what is held is stored. */
async function hasLastOf(backend: Backend, interval: number, number: number, problem: (error: unknown) => void): Promise<boolean> {
  const range = { device: 'h', metric: 'held', from: number * 1_000, to: (interval + 1) * HELD.interval };
  if ((await backend.store.range(range)).length > 0) return true;
  await openRecorder(backend.state, backend.store, problem).close();
  return (await backend.store.range(range)).length > 0;
}

/** The messages that are stored with every reading, and those that wait to be. */
async function messagesOf(backend: Backend): Promise<Set<number>> {
  const found = new Set<number>();
  const options = {
    window: 1e6, deliverAtMost: 1e6, settleTimeout: 0, gaveUp: () => undefined,
    deliver: (entries: readonly InboxEntry[]) => {
      for (const { record } of entries) found.add(Number(Buffer.from(record.payload).toString('latin1').split(' ')[0]));
    },
  };
  const channel = backend.inbox.channel('gateway');
  channel.attach(options);
  for (let turn = 0; turn < 10; turn += 1) await setImmediate();
  channel.detach(options);
  for (const { payload } of backend.inbox.quarantine.list({}, { limit: 1_000 }).entries) found.add(Number(Buffer.from(payload).toString('latin1').split(' ')[0]));
  for (const device of await backend.store.devices()) {
    const numbers = await backend.store.range({ device, metric: 'n', from: 0, to: 1e12, limit: 1e6 });
    const texts = new Set((await backend.store.range({ device, metric: 'text', from: 0, to: 1e12, limit: 1e6 })).map(({ ts, value }) => `${ts} ${String(value)}`));
    for (const { ts, value } of numbers) if (typeof value === 'number' && ts === value * 1_000 && texts.has(`${ts} t${value % 5}`)) found.add(value);
  }
  return found;
}
