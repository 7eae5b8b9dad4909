import { messageOf } from '../../core/errors/holdfast-error.ts';
import { samplesOf } from '../../core/sample/message.ts';
import type { Sample } from '../../core/sample/sample.ts';
import { isDiskAtFault } from '../../core/sqlite/storage-error.ts';
import { reference } from '../harness/config.ts';
import { defineNode } from '../harness/define-node.ts';

const RETRY_INTERVAL = 2_000;
/** After this the samples go back to the inbox, well before they would count as not settled. */
const GIVE_BACK_AFTER = 20_000;

/** Writes samples to the store; done when they are on disk. */
export default defineNode('holdfast-store', {
  config: { version: 1, properties: { backend: reference() } },
  outputs: ['stored'],
  stores: true,

  tryIt(_config, message) {
    const rows = samplesOf(message).samples.flatMap((sample) => Object.entries(sample.values).map(([metric, value]) => ({ device: sample.device, metric, ts: new Date(sample.ts).toISOString(), value })));
    return { summary: `The last message holds ${rows.length === 1 ? 'one reading' : `${rows.length} readings`}.`, result: rows };
  },

  start({ backend, clock, status }) {
    const { store } = backend;
    let closed = false;
    status.idle('waiting for samples');

    const write = (samples: readonly Sample[]): Promise<void> =>
      new Promise((resolve, reject) => store.write(samples, (error) => (error ? reject(error) : resolve())));

    /** A disk that is full or failing may recover; until then the samples are not done, so the inbox keeps them and waits. */
    const writeAtLast = async (samples: readonly Sample[]): Promise<void> => {
      const deadline = clock.now() + GIVE_BACK_AFTER;
      for (;;) {
        try {
          return await write(samples);
        } catch (error) {
          if (isDiskAtFault(error)) status.error(messageOf(error));
          if (closed || !isDiskAtFault(error) || clock.now() >= deadline) throw error;
          await new Promise<void>((resolve) => clock.setTimeout(resolve, RETRY_INTERVAL));
        }
      }
    };

    return {
      async samples(samples, send) {
        await writeAtLast(samples);
        for (const sample of samples) send({ stored: sample });
        status.counts(store.counts as Readonly<Record<string, number>>);
      },
      close() {
        closed = true;
      },
    };
  },
});
