/** What a process did to the files of one directory, and said on its standard output, read from the output of strace. */
import { createReadStream } from 'node:fs';
import { basename, dirname } from 'node:path';
import { createInterface } from 'node:readline';

/** One thing that the process did, when it was over. `name` is that of a file in the directory. */
export type Event =
  | { kind: 'create'; name: string }
  | { kind: 'remove'; name: string }
  | { kind: 'write'; name: string; offset: number; data: Buffer }
  | { kind: 'truncate'; name: string; size: number }
  | { kind: 'sync'; name: string }
  | { kind: 'sync-directory' }
  | { kind: 'say'; text: string };

/** What strace has to be told so that `readTrace` can read what it writes. */
export const STRACE_OPTIONS = ['-f', '-y', '-xx', '-qq', '-s', '1000000', '-e', 'trace=openat,write,pwrite64,pwritev,writev,ftruncate,truncate,fsync,fdatasync,unlink,unlinkat,rename,renameat,renameat2'];

/** The memory of the write-ahead log's index is rebuilt after a crash, and the lock holds nothing. */
const IGNORED = /-shm$|^lock\.sqlite/;

/** Reads the trace of a process that worked in `directory`, in which these files were before. @throws Error for a call that the model of the disk does not know. */
export async function readTrace(file: string, directory: string, existing: readonly string[] = []): Promise<Event[]> {
  const events: Event[] = [];
  const unfinished = new Map<string, string>();
  const known = new Set(existing);
  const inside = (path: string): string | undefined => (dirname(path) === directory && !IGNORED.test(basename(path)) ? basename(path) : undefined);
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const [, pid = '', rest = ''] = /^(\d+) +(.*)$/s.exec(line) ?? [];
    if (rest.endsWith('<unfinished ...>')) {
      // strace puts a blank before its remark, which is no part of the parameters.
      unfinished.set(pid, rest.slice(0, -'<unfinished ...>'.length).trimEnd());
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/s.exec(rest)?.[1];
    const call = resumed === undefined ? rest : `${unfinished.get(pid) ?? ''}${resumed}`;
    const [, name = '', parameters = '', result = ''] = /^(\w+)\((.*)\) += (-?\d+)/s.exec(call) ?? [];
    if (name === '' || Number(result) < 0) continue;
    const event = eventOf(name, parameters, inside, directory, known);
    if (event) events.push(event);
  }
  return events;
}

function eventOf(call: string, parameters: string, inside: (path: string) => string | undefined, directory: string, known: Set<string>): Event | undefined {
  const [, descriptor = '', path = ''] = /^(\d+)<([^>]*)>/.exec(parameters) ?? [];
  const open = inside(unescape(path).toString());
  switch (call) {
    case 'openat': {
      const name = inside(firstText(parameters).toString());
      if (name === undefined || known.has(name) || !parameters.includes('O_CREAT')) return undefined;
      known.add(name);
      return { kind: 'create', name };
    }
    case 'unlink':
    case 'unlinkat': {
      const name = inside(firstText(parameters).toString());
      return name !== undefined && known.delete(name) ? { kind: 'remove', name } : undefined;
    }
    case 'write':
      if (descriptor === '1') return { kind: 'say', text: firstText(parameters).toString() };
      if (open === undefined) return undefined;
      throw new Error(`a write without an offset to ${open}`);
    case 'pwrite64':
      return open === undefined ? undefined : { kind: 'write', name: open, offset: Number(/, (\d+)$/.exec(parameters)?.[1]), data: firstText(parameters) };
    case 'ftruncate':
      return open === undefined ? undefined : { kind: 'truncate', name: open, size: Number(/, (\d+)$/.exec(parameters)?.[1]) };
    case 'fsync':
    case 'fdatasync':
      if (unescape(path).toString() === directory) return { kind: 'sync-directory' };
      return open === undefined ? undefined : { kind: 'sync', name: open };
    default:
      if (open !== undefined || parameters.includes(hex(directory))) throw new Error(`strace shows a ${call} that the model of the disk does not know`);
      return undefined;
  }
}

/** The first text among the parameters of a call. */
function firstText(parameters: string): Buffer {
  return unescape(/"([^"]*)"/.exec(parameters)?.[1] ?? '');
}

/** With -xx, strace writes each byte of a text as \xNN. */
function unescape(text: string): Buffer {
  return text.startsWith(String.raw`\x`) ? Buffer.from(text.replaceAll(String.raw`\x`, ''), 'hex') : Buffer.from(text);
}

function hex(text: string): string {
  return [...Buffer.from(text)].map((byte) => String.raw`\x${byte.toString(16).padStart(2, '0')}`).join('');
}
