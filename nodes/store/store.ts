import type { Node } from 'node-red';
import { messageOf } from '../../core/errors/holdfast-error.ts';
import { DeviceRecord } from '../../core/recording/device-record.ts';
import { explain } from '../../core/recording/explain.ts';
import type { Explanation } from '../../core/recording/explain.ts';
import { Recorder } from '../../core/recording/recorder.ts';
import { samplesOf } from '../../core/sample/message.ts';
import type { Sample } from '../../core/sample/sample.ts';
import type { Store } from '../../core/store/store.ts';
import { atLast } from '../harness/at-last.ts';
import { reference } from '../harness/config.ts';
import { defineNode } from '../harness/define-node.ts';
import { recordingSettings, RECORDING_PROPERTIES } from './recording-properties.ts';

/** Samples that "Try it" explains. */
const MOST_EXPLAINED = 100;

/** The stores of the running nodes, for "Try it". */
const stores = new WeakMap<Node, Store>();

/** Writes to the store what its settings say of the samples; done when nothing of them can be lost any more. */
export default defineNode('holdfast-store', {
  config: { version: 1, properties: { backend: reference(), ...RECORDING_PROPERTIES } },
  outputs: ['stored'],
  stores: true,

  async tryIt(config, message, _RED, node) {
    const settings = recordingSettings(config);
    const store = stores.get(node);
    const rows: Explanation[] = [];
    for (const sample of samplesOf(message).samples.slice(0, MOST_EXPLAINED)) {
      const latest = (await store?.latestOf({ devices: [sample.device], metrics: Object.keys(sample.values), at: sample.ts - 1 })) ?? [];
      const before = new Map(latest.map(({ metric, reading }) => [metric, reading]));
      rows.push(...explain(settings, sample, (metric) => before.get(metric)));
    }
    const count = (stored: string): number => rows.filter((row) => row.stored === stored).length;
    return { summary: `The last message holds ${rows.length === 1 ? 'one reading' : `${rows.length} readings`}: ${count('yes')} stored, ${count('no')} skipped, ${count('held')} held until the interval is over.`, result: rows };
  },

  start({ backend, clock, config, node, problem, states, status }) {
    const { store } = backend;
    let closed = false;
    stores.set(node, store);
    status.idle('waiting for samples');

    const write = (samples: readonly Sample[]): Promise<void> =>
      new Promise((resolve, reject) => store.write(samples, (error) => (error ? reject(error) : resolve())));

    const writeAtLast = (samples: readonly Sample[]): Promise<void> =>
      atLast(() => write(samples), { clock, isClosed: () => closed, failing: (error) => status.error(messageOf(error)) });

    const settings = recordingSettings(config);
    const records = states({ restore: (snapshot) => new DeviceRecord(settings, snapshot), snapshot: (record) => record.snapshot() });
    const recorder = new Recorder({ settings, records, write: writeAtLast, clock, problem });

    return {
      async samples(samples, send) {
        const kept = await recorder.record(samples);
        for (const sample of samples) send({ stored: sample });
        status.counts(settings.mode === 'every' ? { ...store.counts } : { ...store.counts, ...recorder.counts });
        return kept;
      },
      close() {
        closed = true;
        return recorder.close();
      },
    };
  },
});
