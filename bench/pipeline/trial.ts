/** One system, from an empty directory to its figures. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cpuMicroseconds, peakRssMegabytes } from './measure.ts';
import { publish } from './publish.ts';
import type { RunningSystem, System } from './systems/system.ts';

/** What one run of one system showed. Only messages that were acknowledged and are stored count. */
export interface Figures {
  name: string;
  title: string;
  /** Stored within `seconds`. */
  messages: number;
  seconds: number;
  messagesPerSecond: number;
  cpuMicrosecondsPerMessage: number;
  peakRssMegabytes: number;
  /** From the write of a message to its acknowledgement. For a peer that is Mosquitto's word, given before anything is stored. */
  latencyP50Milliseconds: number;
  latencyP99Milliseconds: number;
  /** Acknowledged, but not stored even after waiting. */
  lost: number;
  publisherCores: number;
  problems: string[];
}

export interface TrialOptions {
  /** How long is sent, in seconds. */
  seconds: number;
  /** Messages at most. */
  messages: number;
  /** Unacknowledged messages of one connection. */
  window: number;
}

const POLL_MILLISECONDS = 50;
/** After this long without anything new stored, what is missing is taken as lost. */
const STALLED_MILLISECONDS = 5_000;
const DRAIN_MILLISECONDS = 180_000;

/** Waits until `expected` messages are stored, or nothing has been added for a while. */
async function waitUntilStored(system: RunningSystem, expected: number): Promise<void> {
  const deadline = performance.now() + DRAIN_MILLISECONDS;
  let stored = -1;
  let changedAt = performance.now();
  while (performance.now() < deadline) {
    if (system.settled) {
      if (system.settled()) return;
    } else {
      const count = system.countStored();
      if (count >= expected) return;
      if (count !== stored) changedAt = performance.now();
      else if (performance.now() - changedAt > STALLED_MILLISECONDS) return;
      stored = count;
    }
    await pause(POLL_MILLISECONDS);
  }
}

/** Starts the system in an empty directory, warms it up, loads it, and ends it. */
export async function runTrial(system: System, directory: string, options: TrialOptions): Promise<Figures> {
  mkdirSync(directory, { recursive: true });
  const running = await system.start(directory);
  try {
    const loginsFile = join(directory, 'logins.json');
    writeFileSync(loginsFile, JSON.stringify(running.logins), { mode: 0o600 });
    const load = { window: Math.min(options.window, system.load.window ?? Infinity), loginsFile, ...(system.load.ahead === undefined ? {} : { ahead: system.load.ahead }) };
    const warmUp = await publish(running, { ...load, messages: system.load.warmUp });
    await waitUntilStored(running, warmUp.messages);

    const storedBefore = running.countStored();
    const cpuBefore = cpuMicroseconds(running.pids);
    const started = performance.now();
    const report = await publish(running, { ...load, messages: options.messages, seconds: options.seconds });
    // Whoever acknowledges only what is on disk still has to bring it into the store: that time counts. Of the others counts
    // what they had stored when the sending ended, and not how long a tail takes.
    if (system.load.ahead === undefined) await waitUntilStored(running, storedBefore + report.messages);
    const seconds = (performance.now() - started) / 1000 - report.startSeconds;
    const cpu = cpuMicroseconds(running.pids) - cpuBefore;
    const messages = Math.min(running.countStored() - storedBefore, report.messages);
    if (system.load.ahead !== undefined) await waitUntilStored(running, storedBefore + report.messages);
    return {
      name: system.name,
      title: system.title,
      messages,
      seconds,
      messagesPerSecond: messages / seconds,
      cpuMicrosecondsPerMessage: cpu / messages,
      peakRssMegabytes: peakRssMegabytes(running.pids),
      latencyP50Milliseconds: report.latencyP50Milliseconds,
      latencyP99Milliseconds: report.latencyP99Milliseconds,
      lost: Math.max(0, storedBefore + report.messages - running.countStored()),
      publisherCores: report.publisherCores,
      problems: running.problems(),
    };
  } finally {
    await running.stop();
  }
}
