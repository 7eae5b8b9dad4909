import type { NodeMessage, NodeMessageInFlow } from 'node-red';
import { HoldfastError } from '../../core/errors/holdfast-error.ts';
import type { QuarantineEntry, ReleaseProgress } from '../../core/quarantine/quarantine.ts';
import { checkEntries } from '../../core/quarantine/review/check-entries.ts';
import { dropSeen } from '../../core/quarantine/review/drop-seen.ts';
import { readQuarantineFilter } from '../../core/quarantine/review/read-filter.ts';
import { shownEntry, shownPage } from '../../core/quarantine/review/shown-entry.ts';
import { choice, reference, text } from '../harness/config.ts';
import { defineNode } from '../harness/define-node.ts';
import { nowAndThen } from '../harness/now-and-then.ts';
import { sendUntilTaken } from '../harness/taken.ts';
import { readCommand } from './command.ts';
import type { Action, Command } from './command.ts';
import { partsOfExport } from './parts-of-export.ts';
import { progressMessage, Progress } from './progress.ts';
import { Watcher } from './watcher.ts';

/** Commands that wait for their turn; each holds its message. */
const MOST_WAITING = 1_000;
const LISTED = 100;
const LINES_OF_PART = 1_000;

/** Wires a review of what waits in quarantine: tells of what comes, and lists, checks, releases, drops and exports on command. */
export default defineNode('holdfast-quarantine', {
  config: {
    version: 1,
    properties: {
      backend: reference(),
      mode: choice(['watch', 'commands'], 'watch'),
      reason: text({ maximumLength: 100 }),
      device: text(),
      contract: text({ maximumLength: 100 }),
    },
  },
  outputs: ['entries', 'progress'],

  start({ RED, node, config, backend, clock, status, runtime, problem }) {
    const { quarantine } = backend;
    const { reason, device, contract } = config;
    const settings = { reason, device, contract };
    const filter = readQuarantineFilter(settings, clock.now());
    const closing = new AbortController();
    const taken = { node, runtime, clock, signal: closing.signal };
    const progress = new Progress({ quarantine, filter, clock, status, problem, send: (message) => node.send([null, message]), failed: (sentence, message) => node.error(sentence, message) });
    let before: Promise<unknown> = Promise.resolve();
    let waiting = 0;
    let passedOver = 0;
    const warn = nowAndThen(clock, (sentence) => node.warn(sentence));

    const watcher = new Watcher({
      send: (entry) => sendUntilTaken(Object.assign(answer({ topic: entry.device }, shownEntry(entry), 'watch'), { _msgid: RED.util.generateId() }), taken),
      passedOver(count) {
        passedOver += count;
        warn(`${passedOver.toLocaleString('en-US')} entries since the start of this node came faster than the flow takes them, and were not sent on. They are in quarantine: ask for them with {"action":"list"}.`);
      },
      problem: (error) => closing.signal.aborted || problem(error),
    });
    const unwatch = config.mode === 'watch' ? quarantine.watch((entries) => watcher.add(entries.filter((entry) => isMeant(entry, settings)))) : () => undefined;

    const exportParts = async (message: NodeMessageInFlow, command: Command): Promise<void> => {
      const { payload: _payload, ...rest } = message;
      let index = 0;
      let entries = 0;
      for await (const { text: payload, lines, last } of partsOfExport(quarantine.export(command.filter), command.limit ?? LINES_OF_PART)) {
        closing.signal.throwIfAborted();
        entries += lines;
        const copy: NodeMessage = RED.util.cloneMessage(rest);
        const parts = { id: message._msgid, index, type: 'string', ch: '', ...(last && { count: index + 1 }) };
        await sendUntilTaken(Object.assign(answer(copy, payload, 'export', { count: entries }), { _msgid: RED.util.generateId(), parts, ...(last && { complete: true }) }), taken);
        index += 1;
      }
    };
    const run = async (message: NodeMessageInFlow, command: Command, send: (outputs: { entries?: NodeMessage; progress?: NodeMessage }) => void): Promise<void> => {
      const { action, filter: meant, limit = LISTED } = command;
      switch (action) {
        case 'list': {
          const { entries, ...page } = await shownPage(quarantine, meant, { limit, ...(command.before !== undefined && { before: command.before }) });
          return send({ entries: answer(message, entries, action, page) });
        }
        case 'summary':
          return send({ entries: answer(message, quarantine.summary(), action) });
        case 'check': {
          const { verdicts, counts } = await checkEntries(quarantine, meant, limit, backend);
          return send({ entries: answer(message, verdicts, action, { counts }) });
        }
        case 'drop':
          return send({ entries: answer(message, { dropped: command.expected === undefined ? await quarantine.drop(meant) : await dropSeen(quarantine, meant, command.expected) }, action) });
        case 'export':
          return exportParts(message, command);
        case 'release': {
          const begun = await quarantine.release(meant, command.channel === undefined ? {} : { channel: command.channel });
          progress.began(begun);
          return send({ progress: Object.assign(message, progressMessage(begun)) });
        }
        case 'cancel': {
          quarantine.cancel();
          const stopped: ReleaseProgress | undefined = quarantine.progress();
          if (!stopped) throw new HoldfastError('HOLDFAST_QUARANTINE', 'There is no release to stop: none has been begun yet.');
          progress.began(stopped);
          return send({ progress: Object.assign(message, progressMessage(stopped)) });
        }
      }
    };

    return {
      message(message, send) {
        const command = readCommand(message.payload, settings, clock.now());
        // Who stops a release does not wait for an export to end.
        if (command.action === 'cancel') return run(message, command, send);
        if (waiting >= MOST_WAITING) throw new HoldfastError('HOLDFAST_QUARANTINE_BUSY', `${MOST_WAITING.toLocaleString('en-US')} commands are waiting already: they come faster than they are done. Send fewer.`);
        waiting += 1;
        const mine = before.then(() => run(message, command, send)).finally(() => (waiting -= 1));
        before = mine.catch(() => undefined);
        return mine;
      },
      async close() {
        unwatch();
        watcher.stop();
        progress.close();
        closing.abort(new HoldfastError('HOLDFAST_STOPPED', 'The quarantine node was stopped before its answer was whole. Send the message again.'));
        await before;
      },
    };
  },
});

/** Puts an answer on a message, which keeps its other properties. */
function answer<Message extends NodeMessage>(message: Message, payload: unknown, action: Action | 'watch', more: object = {}): Message {
  return Object.assign(message, { payload, iot: { v: 1, kind: 'quarantine', action, ...more } });
}

function isMeant(entry: QuarantineEntry, { reason, device, contract }: { reason: string; device: string; contract: string }): boolean {
  return (reason === '' || entry.reason === reason) && (device === '' || entry.device === device) && (contract === '' || entry.contract?.id === contract);
}
