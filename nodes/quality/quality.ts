import type { Node } from 'node-red';
import { DeviceQuality } from '../../core/quality/device-quality.ts';
import type { JudgedSample } from '../../core/quality/device-quality.ts';
import { QualityEngine } from '../../core/quality/quality-engine.ts';
import { QUALITY } from '../../core/sample/sample.ts';
import { defineNode } from '../harness/define-node.ts';
import type { Send } from '../harness/define-node.ts';
import { nowAndThen } from '../harness/now-and-then.ts';
import { CONFIG, plansOf } from './config.ts';
import { addQualityRoutes } from './quality-routes.ts';
import { tryQuality } from './try-quality.ts';

/** The first is for all samples, or for those that nothing was found in. */
const OUTPUTS = ['samples', 'revised', 'suspect', 'bad'] as const;
const REVISED = OUTPUTS.indexOf('revised');

/** Judges each reading by the quality tests of its metric, and notes on it how far it can be trusted, and why. */
export default defineNode('holdfast-quality', {
  config: CONFIG,
  outputs: OUTPUTS,
  routes: addQualityRoutes,
  tryIt: tryQuality,

  start({ backend, clock, config, node, problem, states, status }) {
    const engine = new QualityEngine({
      plans: plansOf(config, backend.profiles), devicesOf: (tag) => backend.registry.devicesOf({ tag }), clock,
      states: states({ restore: (snapshot) => new DeviceQuality(snapshot, problem), snapshot: (quality) => quality.snapshot() }),
    });
    const pass = config.wiring === 'split' ? sendSplit : sendAll;
    const isRevisedWired = ((node as Node & { wires?: unknown[][] }).wires?.[REVISED]?.length ?? 0) > 0;
    const warn = nowAndThen(clock, (sentence) => node.warn(sentence));
    const counts = { good: 0, suspect: 0, bad: 0, missing: 0, revised: 0 };
    status.idle('waiting for samples');
    return {
      sample(sample, send) {
        const judged = engine.judge(sample);
        const trust = backend.trust.judged(judged.sample, judged.corrected);
        if (trust) judged.sample.trust = trust;
        counts[NAMES[judged.worst]] += 1;
        counts.revised += judged.revised.length;
        // A former sample leaves before the one by which more is known of it.
        for (const revised of judged.revised) send({ revised });
        if (judged.revised.length > 0 && !isRevisedWired) warn(`More is known of a former sample of ${sample.device}, and nothing is wired to the output "revised". Wire it to the store, which then keeps the later verdict.`);
        pass(judged, send);
        status.counts(counts);
      },
    };
  },
});

const NAMES = { 1: 'good', 3: 'suspect', 4: 'bad', 9: 'missing' } as const;

function sendAll({ sample }: JudgedSample, send: Send<(typeof OUTPUTS)[number]>): void {
  send({ samples: sample });
}

/** A sample whose worst reading is missing leaves with the suspect ones: who asks for good readings finds none in its place. */
function sendSplit({ sample, worst }: JudgedSample, send: Send<(typeof OUTPUTS)[number]>): void {
  if (worst === QUALITY.bad) send({ bad: sample });
  else if (worst === QUALITY.good) send({ samples: sample });
  else send({ suspect: sample });
}
