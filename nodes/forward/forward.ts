import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeMessage } from 'node-red';
import { messageOf } from '../../core/errors/holdfast-error.ts';
import type { Entry } from '../../core/forward/entry.ts';
import { Forwarder } from '../../core/forward/forwarder.ts';
import { FULL_POLICIES } from '../../core/forward/queue/bounds.ts';
import { ForwardQueue } from '../../core/forward/queue/queue.ts';
import { atLast } from '../harness/at-last.ts';
import { choice, number, reference } from '../harness/config.ts';
import { defineNode } from '../harness/define-node.ts';
import { nowAndThen } from '../harness/now-and-then.ts';
import { entriesOfMessage } from './read-message.ts';
import { refusedMessage } from './refused-message.ts';
import { addRefusedRoutes, queues } from './refused-routes.ts';
import { showForward } from './show-forward.ts';
import { tryForward } from './try-forward.ts';
import { openUpstream, UPSTREAM } from './upstream.ts';

const MEGABYTE = 1_000_000;
const HOUR = 3_600_000;
const CHANCES = 2 ** 32;
const STATUS_INTERVAL = 1_000;
/** What a Holdfast takes at once, unless told otherwise, is 256 KiB. */
const BATCH_BYTES = 200_000;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

/** Sends samples and alarms on to another place, by a queue on disk: done when they are in it, out of it when the other side has acknowledged them. */
export default defineNode('holdfast-forward', {
  config: {
    version: 1,
    properties: {
      backend: reference(),
      ...UPSTREAM,
      order: choice(['live-first', 'in-order'], 'live-first'),
      liveFor: number({ default: 10, minimum: 1, maximum: 86_400 }),
      messagesPerSecond: number({ default: 0, minimum: 0, maximum: 1_000_000 }),
      bytesPerSecond: number({ default: 0, minimum: 0, maximum: 1_000_000_000 }),
      batchSize: number({ default: 500, minimum: 1, maximum: 10_000, integer: true }),
      batchWait: number({ default: 100, minimum: 0, maximum: 60_000, integer: true }),
      maximumSize: number({ default: 1_000, minimum: 20, maximum: 10_000_000 }),
      maximumAge: number({ default: 0, minimum: 0, maximum: 876_000 }),
      full: choice(FULL_POLICIES, 'refuse'),
      keepEvery: number({ default: 10, minimum: 2, maximum: 10_000, integer: true }),
    },
  },
  credentials: { username: { type: 'text' }, password: { type: 'password' } },
  outputs: ['refused'],
  routes: addRefusedRoutes,

  tryIt: (config, message) => tryForward(config, entriesOfMessage(message)),

  start({ RED, node, config, backend, clock, status, problem }) {
    const { username = '', password = '' } = (node.credentials ?? {}) as { username?: string; password?: string };
    const target = openUpstream(RED, node.id, config, { username, password }, clock);
    const path = join(backend.directory, `forward-${encodeURIComponent(node.id)}.sqlite`);
    const liveFor = config.liveFor * 1_000;
    const warn = nowAndThen(clock, (sentence) => node.warn(sentence));
    const running: { forwarder?: Forwarder } = {};
    const queue = new ForwardQueue({
      path, clock, liveFor, problem, order: config.order,
      changed: () => running.forwarder?.pump(),
      bounds: { bytes: config.maximumSize * MEGABYTE, age: config.maximumAge * HOUR, full: config.full, keepEvery: config.keepEvery },
    });
    const forwarder = new Forwarder({
      queue, target, clock, liveFor, problem, order: config.order,
      random: () => randomInt(CHANCES) / CHANCES,
      batch: { entries: config.batchSize, bytes: BATCH_BYTES, wait: config.batchWait },
      pace: { messagesPerSecond: config.messagesPerSecond, bytesPerSecond: config.bytesPerSecond },
      pause: { minimum: FIRST_PAUSE, maximum: LONGEST_PAUSE },
      refused: (entry, reason) => {
        warn(`${entry.id} was refused for good: ${reason}`);
        const message: NodeMessage = refusedMessage(entry, reason, clock.now());
        node.send([message]);
      },
    });
    running.forwarder = forwarder;
    queues.set(node, queue);
    forwarder.pump();

    let closed = false;
    let timer: { cancel(): void } | undefined;
    const show = (): void => {
      showForward(status, forwarder.status, queue.counts.refused, clock.now(), config.order);
      timer = clock.setTimeout(show, STATUS_INTERVAL);
    };
    show();

    const add = (entries: readonly Entry[]): Promise<void> =>
      new Promise((resolve, reject) => queue.add(entries, (error) => (error ? reject(error) : resolve())));

    return {
      message(message) {
        const entries = entriesOfMessage(message);
        return atLast(() => add(entries), { clock, isClosed: () => closed, failing: (error) => warn(messageOf(error)) });
      },
      async close(removed) {
        closed = true;
        timer?.cancel();
        await forwarder.close();
        queues.delete(node);
        const isEmpty = queue.status.entries === 0 && queue.refusedKept === 0;
        queue.close();
        if (!removed) return;
        if (isEmpty) for (const ending of ['', '-wal', '-shm']) rmSync(`${path}${ending}`, { force: true });
        else node.warn(`This forward node was removed while samples wait to be sent, or were refused. They are in ${path}: bring the node back to send them, or delete the file.`);
      },
    };
  },
});
