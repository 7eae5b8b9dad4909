import type { Node } from 'node-red';
import type { SampleContract } from '../../core/contract/book/sample-contract.ts';
import { DeviceDrift } from '../../core/contract/drift/device-drift.ts';
import { MemoryStates } from '../../core/contract/drift/memory-states.ts';
import { sentenceOf } from '../../core/contract/drift/sentences.ts';
import { HoldfastError } from '../../core/errors/holdfast-error.ts';
import { samplesOf } from '../../core/sample/message.ts';
import type { RefusalReason, Sample } from '../../core/sample/sample.ts';
import { runningBackend } from '../backend/running-backend.ts';
import { defineNode } from '../harness/define-node.ts';
import { nowAndThen } from '../harness/now-and-then.ts';
import { CONFIG } from './config.ts';
import { contractSource } from './contract-source.ts';
import type { ContractSource } from './contract-source.ts';
import { driftMessage } from './drift-message.ts';
import { DriftWatch } from './drift-watch.ts';
import { addLearnRoutes, answerFor } from './learn-routes.ts';
import { Learning } from './learning.ts';
import { coerce, flagBroken } from './outcome.ts';
import { tried } from './tried.ts';

const OUTPUTS = ['valid', 'refused', 'drift'] as const;

/** Checks samples against a contract, deals with what breaks it as told, and tells of traffic that has left it. */
export default defineNode('holdfast-validate', {
  config: CONFIG,
  outputs: OUTPUTS,
  routes: addLearnRoutes,

  tryIt(config, message, RED) {
    const source = contractSource(config, () => runningBackend(RED, config.backend).contracts);
    return tried(samplesOf(message).samples, source, config.outcome);
  },

  start(context) {
    const { node, config, clock, status, problem } = context;
    const backend = config.backend === '' && config.source === 'here' && (config.outcome === 'refuse' || config.outcome === 'accept') ? undefined : context.backend;
    const source = contractSource(config, () => context.backend.contracts);
    const devices = backend
      ? context.states({ restore: (snapshot) => new DeviceDrift(snapshot), snapshot: (drift) => drift.snapshot() })
      : new MemoryStates(() => new DeviceDrift());
    const warnOfDrift = nowAndThen(clock, (sentence) => node.warn(sentence));
    const watch = new DriftWatch({
      node: node.id, clock, backend, devices, problem,
      tooMany: (contract) => warnOfDrift(`The traffic differs from the contract ${contract} in more than 200 ways. No more are told of: look at the first ones in the node's dialog.`),
    });
    const learning = new Learning(clock);
    answerFor(node, { learning, drifts: () => watch.list() });

    const isWired = (output: (typeof OUTPUTS)[number]): boolean => ((node as Node & { wires?: unknown[][] }).wires?.[OUTPUTS.indexOf(output)]?.length ?? 0) > 0;
    const isRefusedWired = isWired('refused');
    const isDriftWired = isWired('drift');
    /** What is refused leaves the flow here when nothing is wired to its output: not in silence. */
    const warnOfRefused = nowAndThen(clock, (sentence) => node.warn(sentence));
    const counts = { valid: 0, refused: 0, quarantined: 0, coerced: 0, flagged: 0, 'without contract': 0 };
    status.idle('waiting for samples');

    return {
      sample(sample, send, turnAway) {
        learning.watcher?.add(sample);
        const contract = find(source, sample);
        status.counts(counts);
        if (!contract) {
          counts['without contract'] += 1;
          return send({ valid: sample });
        }
        if ('check' in contract) {
          for (const drift of watch.judge(sample, contract, source.declared(contract))) {
            send({ drift: driftMessage(drift) });
            if (!isDriftWired) warnOfDrift(sentenceOf(drift));
          }
          sample.contract = { id: contract.id, version: contract.version };
        }
        const before = sample.values;
        const reasons = 'check' in contract ? (config.outcome === 'coerce' ? coerce(contract, sample) : contract.check(sample.values, sample.metrics)) : [contract];
        const [first] = reasons;
        if (!first || config.outcome === 'accept') {
          counts.valid += 1;
          if (sample.values !== before) counts.coerced += 1;
          if (first) {
            counts.flagged += 1;
            flagBroken(sample, reasons);
          }
          if (sample.refused) delete sample.refused;
          return send({ valid: sample });
        }
        if (config.outcome !== 'refuse') {
          counts.quarantined += 1;
          return turnAway.quarantine(sample, { reason: 'contract', detail: detailOf(reasons), reasons, ...(sample.contract && { contract: sample.contract }) });
        }
        counts.refused += 1;
        if (!isRefusedWired) warnOfRefused(`A sample of ${sample.device} was refused and goes nowhere, since nothing is wired to the refused output. ${first.message}`);
        sample.refused = { reasons: [...reasons] };
        turnAway.refuse(sample);
        return send({ refused: sample });
      },
      async close(removed) {
        learning.close();
        await watch.close(removed);
      },
    };
  },
});

/** The contract of a sample, or why the one that its device is to meet cannot be had. */
function find(source: ContractSource, sample: Sample): SampleContract | RefusalReason | undefined {
  try {
    return source.of(sample);
  } catch (error) {
    if (error instanceof HoldfastError) return { field: '', rule: 'contract', message: error.message };
    throw error;
  }
}

function detailOf(reasons: readonly RefusalReason[]): string {
  const [first, ...others] = reasons;
  return `${first?.message ?? ''}${others.length > 0 ? ` And ${others.length} more.` : ''}`;
}
