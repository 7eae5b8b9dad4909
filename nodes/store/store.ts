import { samplesOf } from '../../core/sample/message.ts';
import type { Sample } from '../../core/sample/sample.ts';
import { StorageError } from '../../core/sqlite/storage-error.ts';
import { reference } from '../harness/config.ts';
import { defineNode } from '../harness/define-node.ts';

const RETRY_INTERVAL = 2_000;

/** Writes samples to the store; done when they are on disk. */
export default defineNode('holdfast-store', {
  config: { version: 1, properties: { backend: reference() } },
  outputs: ['stored'],

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
      for (;;) {
        try {
          return await write(samples);
        } catch (error) {
          if (closed || !(error instanceof StorageError) || !mayRecover(error)) throw error;
          status.error(error.message);
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

function mayRecover({ failure }: StorageError): boolean {
  return failure === 'FULL' || failure === 'INPUT_OUTPUT' || failure === 'IN_USE';
}
