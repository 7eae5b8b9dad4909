import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, missingProgram } from '../support/requirements.ts';
import { untilOpen } from './until.ts';

export interface Broker {
  port: number;
  stop(): Promise<void>;
}

/**
 * A Mosquitto that queues without a bound and drops nothing while it lives. It is never killed here: it acknowledges what it has in
 * memory, and what it loses when it dies is no fault of whoever subscribes.
 */
export async function startBroker(directory: string, port: number): Promise<Broker> {
  const program = findProgram('mosquitto');
  if (program === undefined) throw new Error(`The subscriber cannot be tried: ${missingProgram(['mosquitto'], 'mosquitto')}.`);
  const data = join(directory, 'mosquitto');
  mkdirSync(data);
  const settings = join(data, 'mosquitto.conf');
  const lines = [
    `listener ${port} 127.0.0.1`, 'allow_anonymous true', 'persistence true', `persistence_location ${data}/`,
    'max_queued_messages 0', 'max_queued_bytes 0', 'max_inflight_messages 1000', ...(process.getuid?.() === 0 ? ['user root'] : []),
  ];
  writeFileSync(settings, `${lines.join('\n')}\n`);
  const child = spawn(program, ['-c', settings], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = `${errors}${text}`.slice(-2_000)));
  process.once('exit', () => child.kill('SIGKILL'));
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  await untilOpen(port, 'Mosquitto', () => errors);
  return {
    port,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
