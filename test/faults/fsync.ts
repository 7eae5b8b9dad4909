import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { findProgram } from '../support/requirements.ts';

/** Whether `failFsync` can do its work here. */
export const canFailFsync = process.platform === 'linux' && findProgram('strace') !== undefined;

/** Lets every fsync and fdatasync of a running process fail with EIO for a while. @throws Error when strace could not attach to it. */
export async function failFsync(pid: number, milliseconds: number): Promise<void> {
  const inject = ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync', '-e', 'inject=fsync,fdatasync:error=EIO', '-p', String(pid)];
  const strace = spawn(findProgram('strace') ?? 'strace', inject, { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  strace.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = new Promise<void>((resolve) => strace.on('close', () => resolve()));
  await Promise.race([wait(milliseconds), ended]);
  if (strace.exitCode !== null) throw new Error(`strace could not make fsync fail: ${errors.trim()}`);
  // On SIGTERM strace lets go of the process, which runs on.
  strace.kill('SIGTERM');
  await ended;
}
