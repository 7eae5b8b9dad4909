/**
 * The process whose power is cut: acknowledges messages, stores and settles them or puts them into quarantine, from which it drives them in again, lets somebody in, remembers states, and says what of
 * it is on disk, as it is. Arguments: the directory, how many messages, and `full` or `off` for what SQLite is told to flush.
 */
import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../../core/clock/clock.ts';
import { Inbox } from '../../../core/inbox/inbox.ts';
import type { InboxEntry } from '../../../core/inbox/channel.ts';
import { openRecorder } from './recorder.ts';
import { openRegistry } from '../../../core/registry/registry.ts';
import { State } from '../../../core/state/state.ts';
import { SqliteStore } from '../../../core/store/embedded/sqlite-store.ts';

const [directory = '', messages = '0', flushing = 'full'] = process.argv.slice(2);

// More checkpoints in a short run; and, to show that the test sees a loss, a store that flushes nothing.
const exec = DatabaseSync.prototype.exec;
DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
  const flushed = flushing === 'off' ? sql.replaceAll(/synchronous=\w+/g, 'synchronous=OFF') : sql;
  exec.call(this, flushed.includes('journal_mode=WAL') ? `${flushed}; PRAGMA wal_autocheckpoint=30` : flushed);
};

const say = (text: string): void => void writeSync(1, `${text}\n`);
const problem = (error: unknown): void => say(`problem ${String(error)}`);
const clock = systemClock;

const registry = openRegistry(directory, clock);
const state = new State(join(directory, 'state.sqlite'), clock);
const store = new SqliteStore({ path: join(directory, 'store.sqlite'), clock, problem, limits: { readings: 300, bytes: 1 << 20, age: 200 }, chunkReadings: 64 });
const inbox = new Inbox({ path: join(directory, 'inbox.sqlite'), clock, problem });

const recorder = openRecorder(state, store, problem);

/** Every fifth message goes to quarantine, unless it comes from there. */
function isTurnedAway(entry: InboxEntry): boolean {
  const { position, record } = entry;
  if (record.received % 5 !== 0 || record.released) return false;
  inbox.quarantineSample({ position, record, channel: 'gateway', sample: 0, reason: 'contract', detail: 'no' }, (error) => {
    if (error) return channel.fail(entry, error);
    channel.settle(entry, 'quarantined');
    return say(`quarantined ${record.received}`);
  });
  return true;
}

const channel = inbox.channel('gateway');
channel.attach({
  window: 40, deliverAtMost: 10, settleTimeout: 0, gaveUp: () => undefined,
  deliver: (delivered: readonly InboxEntry[]) => {
    const entries = delivered.filter((entry) => !isTurnedAway(entry));
    const samples = entries.map(({ record }) => {
      const number = Number(Buffer.from(record.payload).toString('latin1').split(' ')[0]);
      return { id: `d/${number}`, device: `d${number % 3}`, ts: number * 1_000, received: number, tsSource: 'device' as const, src: { via: 'mqtt' as const }, values: { n: number, text: `t${number % 5}` } };
    });
    store.write(samples, (error) => entries.forEach((entry) => (error ? channel.fail(entry, error) : channel.settle(entry, 'stored'))));
  },
});

const acknowledged = (what: string) => (error?: Error): void => (error ? problem(error) : say(what));
for (let number = 0; number < Number(messages); number += 1) {
  const payload = Buffer.from(`${number} ${randomBytes(100).toString('hex')}`);
  inbox.append('gateway', { via: 'mqtt', received: number, device: `d${number % 3}`, principal: 'd', topic: 't', payload }, acknowledged(`message ${number}`));
  if (number % 50 === 25) {
    registry.issue({ id: `p${number}`, kind: 'device', profile: '', children: [] });
    say(`principal p${number}`);
  }
  if (number % 10 === 5) void state.save('n', [['d', number]]).then(() => say(`state ${number}`));
  if (number % 4 === 0) void recorder.record([{ id: `h/${number}`, device: 'h', ts: number * 1_000, received: number, tsSource: 'device', src: { via: 'mqtt' }, values: { held: number } }]).then(() => say(`held ${number}`), problem);
  if (number % 250 === 200 && inbox.quarantine.progress()?.state !== 'running') await inbox.quarantine.release({});
  if (number % 12 === 0) await wait(5);
}
await wait(400);
process.kill(process.pid, 'SIGKILL');
