/** The process that is fuzzed: a backend in the folder that its argument names, a gateway with all listeners, and a consumer that stores what comes. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { join } from 'node:path';
import { Backend } from '../../core/backend/backend.ts';
import { systemClock } from '../../core/clock/clock.ts';
import { messageOf } from '../../core/errors/holdfast-error.ts';
import { Gateway, LISTENERS } from '../../core/gateway/gateway.ts';
import type { ListenerName } from '../../core/gateway/gateway.ts';
import { freePorts } from '../support/node-red-process.ts';
import { selfSigned } from '../support/self-signed.ts';
import { Consumer } from './consumer.ts';
import { KeptFile } from './kept.ts';
import type { ToBackend, ToFuzzer } from './messages.ts';
import { GATE, MAXIMUM_PACKET_SIZE, principals, PROBE, PROBE_METRIC, profiles } from './world.ts';

const CHANNEL = 'gateway';
const RESOLUTION = 5;
const REPORT_INTERVAL = 200;
const SETTLE_LIMIT = 60_000;

const tell = (message: ToFuzzer): void => void process.send?.(message);
const failure = (sentence: string): void => tell({ kind: 'failure', sentence });
const crash = (origin: string) => (error: unknown): void => {
  process.send?.({ kind: 'crash', sentence: `${origin}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` } satisfies ToFuzzer, () => process.exit(70));
};
process.on('uncaughtException', crash('uncaught exception'));
process.on('unhandledRejection', crash('unhandled rejection'));
process.on('disconnect', () => process.exit(1));

const directory = process.argv[2] ?? '';
const backend = Backend.acquire(directory, systemClock, (error) => failure(`The backend reports: ${messageOf(error)}`));
backend.profiles.set(profiles());
const secrets: Record<string, string> = {};
for (const issue of principals()) secrets[issue.id] = backend.registry.issue(issue).secret;

const free = await freePorts(LISTENERS.length);
const ports = Object.fromEntries(LISTENERS.map((name, index) => [name, free[index] ?? 0])) as Record<ListenerName, number>;
const intake = backend.intake(CHANNEL);
const gateway = await Gateway.open({
  host: '127.0.0.1', ports, tls: selfSigned(), directory, name: CHANNEL, intake, registry: backend.registry, profiles: backend.profiles, clock: systemClock,
  maximumPacketSize: MAXIMUM_PACKET_SIZE, maximumConnections: 10_000,
  problem(sentence) {
    // The sentences with which the listeners report an error that they did not expect.
    if (/^A request failed:|could not be handled|broker reports/.test(sentence)) failure(sentence);
  },
});
if (gateway.failures.length > 0) throw new Error(gateway.failures.join(' '));
const kept = new KeptFile(join(directory, 'kept'));
const consumer = new Consumer({ backend, channel: CHANNEL, kept, failure, command: (topic, payload) => gateway.publish(topic, payload) });

const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
delay.enable();
const watch = setInterval(() => {
  tell({ kind: 'health', stall: Math.max(0, delay.max / 1e6 - RESOLUTION), rss: process.memoryUsage.rss() });
  delay.reset();
}, REPORT_INTERVAL);

process.on('message', (message: ToBackend) => {
  if (message.kind === 'finish') void finish();
});
tell({ kind: 'ready', world: { ports, secrets } });

async function finish(): Promise<void> {
  await gateway.close();
  intake.close();
  const deadline = Date.now() + SETTLE_LIMIT;
  while (backend.inbox.ledger.inFlight > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  clearInterval(watch);
  kept.flush();
  const { inbox, store } = backend;
  if ((await store.devices()).includes(GATE)) failure(`Readings of ${GATE} are stored, which is a gateway and may send for its children alone.`);
  tell({
    kind: 'account',
    account: {
      ledger: inbox.ledger.read(), acknowledged: gateway.counts.acknowledged, kept: join(directory, 'kept'), unstorable: consumer.unstorable.length, examples: consumer.unstorable.slice(0, 5),
      probes: [...consumer.probes], probesInStore: (await store.range({ device: PROBE, metric: PROBE_METRIC, from: 0, to: Number.MAX_SAFE_INTEGER, limit: 1_000_000 })).length,
      series: (await store.metrics()).length, readings: await store.count(),
    },
  });
  backend.release((error) => failure(`Closing the backend: ${messageOf(error)}`));
  process.removeAllListeners('disconnect');
  process.disconnect();
}
