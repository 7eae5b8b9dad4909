import { spawnSync } from 'node:child_process';
import { Child, freePort } from './child.ts';

/** Debian puts it where the PATH of an ordinary user does not look. */
const PLACES = ['mosquitto', '/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'];

function find(): string | undefined {
  return PLACES.find((place) => spawnSync(place, ['-h']).error === undefined);
}

/**
 * How many messages a publisher may be ahead of the store behind Mosquitto: a little less than the 1,000 that it queues for a client before it
 * drops what it has acknowledged.
 */
export const AHEAD = 900;

/** The version of the Mosquitto on this machine, for the report. */
export function mosquittoVersion(): string {
  const place = find();
  if (place === undefined) return '(not installed)';
  return /version (\S+)/.exec(spawnSync(place, ['-h'], { encoding: 'utf8' }).stdout)?.[1] ?? '(unknown)';
}

/**
 * Starts Mosquitto on a free port without a configuration file: it then has its defaults and listens on the loopback
 * interface only. Throws an Error with the cure when it is not installed.
 */
export async function startMosquitto(directory: string): Promise<{ child: Child; port: number }> {
  const place = find();
  if (place === undefined) throw new Error('Mosquitto is not installed, and the peers and ours-subscriber need it. Install it (Debian and Ubuntu: apt-get install mosquitto), or leave them out with --only.');
  const port = await freePort();
  const child = new Child('Mosquitto', place, ['-p', String(port)], { cwd: directory });
  try {
    await child.waitFor(/running/);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { child, port };
}

/** What Mosquitto said of messages that it had acknowledged and did not keep. */
export function droppedBy(child: Child): string[] {
  return /messages are being dropped/i.test(child.output) ? ['Mosquitto dropped acknowledged messages: its queue of 1,000 for a client was full'] : [];
}
