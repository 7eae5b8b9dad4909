/** Runs phases of child.ts. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const CHILD = join(import.meta.dirname, 'child.ts');

/** None of them may outlive the benchmark, however that ends. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

interface Message {
  result?: unknown;
  problem?: string;
}

/** Runs a phase in a process of its own. @returns what it found; the type is what the phase is known to send. */
export async function inChild<Result>(phase: string, system: string, directory: string, options: unknown): Promise<Result> {
  const { child, result } = await answerOf(phase, system, directory, options);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return result as Result;
}

/** Runs a phase, and kills its process with SIGKILL as soon as it has answered. */
export async function killedChild(phase: string, system: string, directory: string, options: unknown): Promise<void> {
  const { child } = await answerOf(phase, system, directory, options);
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function answerOf(phase: string, system: string, directory: string, options: unknown): Promise<{ child: ChildProcess; result: unknown }> {
  const child = fork(CHILD, [phase, system, directory, JSON.stringify(options)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const message = await new Promise<Message>((resolve) => {
    child.once('message', (sent: Message) => resolve(sent));
    child.once('exit', (code, signal) => resolve({ problem: `The process of ${phase} ended (${signal ?? code}) before it had an answer.` }));
  });
  if (message.problem !== undefined) throw new Error(message.problem);
  return { child, result: message.result };
}
