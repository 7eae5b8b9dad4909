/**
 * `npm run bench:quarantine`: how fast records go to quarantine beside how fast they settle, how long questions take when it is full, and how fast and
 * with what delay of the event loop it is listed, counted, exported, driven in again, or dropped; `idle` is a loop that does nothing. Options: `--entries 100000`, `--devices 1000`. The last line is JSON.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { systemClock } from '../../core/clock/clock.ts';
import type { Channel, InboxEntry } from '../../core/inbox/channel.ts';
import { Inbox } from '../../core/inbox/inbox.ts';
import { shownPage } from '../../core/quarantine/review/shown-entry.ts';
import { positive } from '../options.ts';

const CHANNEL = 'gateway';
const WINDOW = 1_000;
const BATCH = 500;
const AHEAD = 20_000;
const RESOLUTION = 1;

const { values: options } = parseArgs({ options: { entries: { type: 'string', default: '100000' }, devices: { type: 'string', default: '1000' } } });
const entries = positive('entries', options.entries);
const devices = positive('devices', options.devices);
const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-quarantine-'));
const report: Record<string, number> = { entries, devices };

const aTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function openInbox(name: string): Inbox {
  return new Inbox({ path: join(folder, `${name}.sqlite`), clock: systemClock, problem: (error) => void process.stderr.write(`${String(error)}\n`) });
}

/** Appends all records, as fast as they are committed, and has each ended by `end`: how many a second, and for how much time of the processor each. */
async function flood(name: string, inbox: Inbox, end: (channel: Channel, entry: InboxEntry) => void): Promise<void> {
  const channel = inbox.channel(CHANNEL);
  const consumer = { window: WINDOW, deliverAtMost: BATCH, settleTimeout: 0, deliver: (delivered: InboxEntry[]) => delivered.forEach((entry) => end(channel, entry)) };
  channel.attach(consumer);
  const began = performance.now();
  const used = process.cpuUsage();
  let sent = 0;
  let committed = 0;
  while (sent < entries || inbox.ledger.inFlight > 0 || committed < sent) {
    for (let burst = 0; burst < BATCH && sent < entries && sent - committed < AHEAD; burst += 1, sent += 1) {
      const device = `press-${sent % devices}`;
      inbox.append(CHANNEL, { via: 'mqtt', received: Date.now(), device, principal: device, topic: `devices/${device}/telemetry`, payload: Buffer.from(`{"ts":${1_764_000_000_000 + sent},"values":{"temperature":"${sent}","pressure":4.25,"vibration":0.125}}`) }, (error) => {
        if (error) throw error;
        committed += 1;
      });
    }
    await aTurn();
  }
  const seconds = (performance.now() - began) / 1_000;
  channel.detach(consumer);
  const { user, system } = process.cpuUsage(used);
  report[`${name}PerSecond`] = Math.round(entries / seconds);
  report[`${name}CpuMicroseconds`] = rounded((user + system) / entries);
}

/** Does the work and notes how long it took and how long the event loop stood still meanwhile, in milliseconds. */
async function measured(name: string, work: () => Promise<void>): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  const began = performance.now();
  const used = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(used);
  report[`${name}CpuSeconds`] = rounded((user + system) / 1e6);
  report[`${name}Seconds`] = rounded((performance.now() - began) / 1_000);
  delay.disable();
  report[`${name}DelayP99Ms`] = rounded(delay.percentile(99) / 1e6);
  report[`${name}DelayMaxMs`] = rounded(delay.max / 1e6);
}

const rounded = (number: number): number => Math.round(number * 100) / 100;

/** How long the slowest of some runs takes, in milliseconds. */
function slowest(ask: () => unknown): number {
  let longest = 0;
  for (let run = 0; run < 5; run += 1) {
    const began = performance.now();
    ask();
    longest = Math.max(longest, performance.now() - began);
  }
  return rounded(longest);
}

const stored = openInbox('stored');
await flood('settled', stored, (channel, entry) => channel.settle(entry, 'stored'));
stored.close();

const inbox = openInbox('inbox');
const { quarantine } = inbox;
const reasons = [{ field: 'temperature', rule: 'type', message: 'temperature is a text; the contract wants a number.' }];
const refused = { reason: 'contract', detail: 'temperature is a text; the contract wants a number. Send a number.', contract: { id: 'press', version: 3 }, reasons };
const quarantineSample = ({ position, record }: InboxEntry, done: () => void): void =>
  inbox.quarantineSample({ position, record, channel: CHANNEL, sample: 0, ...refused }, (error) => {
    if (error) throw error;
    done();
  });
await flood('quarantined', inbox, (channel, entry) => quarantineSample(entry, () => channel.settle(entry, 'quarantined')));

const device = 'press-7';
let exported = 0;
report['listMs'] = slowest(() => quarantine.list({}, { limit: 100 }));
report['listOfDeviceMs'] = slowest(() => quarantine.list({ device }, { limit: 100 }));
report['listByTimeMs'] = slowest(() => quarantine.list({ from: 0, to: Date.now() }, { limit: 100 }));
report['summaryMs'] = slowest(() => quarantine.summary());
const nothing = { reason: 'contract', contract: 'press', from: 0, to: 1 };
await measured('idle', async () => void (await new Promise((resolve) => setTimeout(resolve, 1_000))));
await measured('listOfNothing', async () => void (await shownPage(quarantine, nothing, { limit: 100 })));
await measured('listOfLongAgo', async () => void (await shownPage(quarantine, { to: 1 }, { limit: 100 })));
await measured('listOfMany', async () => void (await shownPage(quarantine, {}, { limit: 1_000 })));
await measured('countByTime', async () => void (await quarantine.count({ from: 0, to: Date.now() })));
await measured('countOfReasonByTime', async () => void (await quarantine.count({ reason: 'contract', from: 0, to: Date.now() })));
await measured('export', async () => {
  for await (const line of quarantine.export({})) exported += line.length;
});
report['exportedBytes'] = exported;

await measured('release', async () => {
  const channel = inbox.channel(CHANNEL);
  channel.attach({ window: WINDOW, deliverAtMost: BATCH, settleTimeout: 0, deliver: (delivered) => setImmediate(() => delivered.forEach((entry) => channel.settle(entry, 'stored'))) });
  await quarantine.release({});
  while (quarantine.progress()?.state === 'running' || inbox.ledger.inFlight > 0) await aTurn();
});
report['released'] = quarantine.summary().released;
report['difference'] = inbox.ledger.read().total.difference;

for (let count = 0; count < entries; count += 1) {
  inbox.condemn(CHANNEL, { via: 'mqtt', received: count, device, principal: device, topic: '', payload: Buffer.from('{}') }, refused, () => undefined);
  if (count % BATCH === 0) await aTurn();
}
await new Promise((resolve) => setTimeout(resolve, 100));
await measured('drop', async () => void (await quarantine.drop({})));
inbox.close();
rmSync(folder, { recursive: true });
process.stdout.write(`${JSON.stringify(report)}\n`);
