/** Runs the publisher in a process of its own and tells it, where asked to, what is stored. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { PublisherReport } from './publisher.ts';
import type { RunningSystem } from './systems/system.ts';

export interface PublishOptions {
  loginsFile: string;
  /** Unacknowledged messages of one connection. */
  window: number;
  messages?: number;
  seconds?: number;
  /** Messages that may be sent and not stored. */
  ahead?: number;
  /** Messages a second that all connections together want to send. */
  rate?: number;
  /** How many connections, beginning with which, and how many devices each; as load.ts says unless told. */
  connections?: number;
  first?: number;
  devices?: number;
}

const TELL_MILLISECONDS = 10;

/** Resolves with the publisher's report; rejects with its sentence when it could not send. CoAP's takes no `ahead`, and always all connections and devices. */
export async function publish(system: RunningSystem, options: PublishOptions): Promise<PublisherReport> {
  const { protocol = 'mqtt' } = system;
  const script = protocol === 'coap' ? 'coap-publisher.ts' : 'publisher.ts';
  const args = [join(import.meta.dirname, script), '--port', String(system.port), '--protocol', protocol, '--window', String(options.window)];
  if (system.logins.length > 0) args.push('--logins', options.loginsFile);
  for (const name of ['messages', 'seconds', 'ahead', 'rate', 'connections', 'first', 'devices'] as const) {
    const value = options[name];
    if (value !== undefined && value !== Infinity) args.push(`--${name}`, String(value));
  }
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));

  const storedBefore = options.ahead === undefined ? 0 : system.countStored();
  const telling =
    options.ahead === undefined
      ? undefined
      : setInterval(() => {
          // Sending fails once the publisher has ended, which `close` then reports.
          if (child.connected) child.send({ stored: system.countStored() - storedBefore }, () => undefined);
        }, TELL_MILLISECONDS);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    if (code !== 0) throw new Error(`The publisher ended with code ${code}: ${errors.trim()}`);
    return JSON.parse(output) as PublisherReport;
  } finally {
    clearInterval(telling);
  }
}
