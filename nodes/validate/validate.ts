import type { Node } from 'node-red';
import { compileSampleContract } from '../../core/contract/book/sample-contract.ts';
import type { SampleContract } from '../../core/contract/book/sample-contract.ts';
import { DeviceDrift } from '../../core/contract/drift/device-drift.ts';
import { MemoryStates } from '../../core/contract/drift/memory-states.ts';
import { sentenceOf } from '../../core/contract/drift/sentences.ts';
import { HoldfastError } from '../../core/errors/holdfast-error.ts';
import { samplesOf } from '../../core/sample/message.ts';
import type { RefusalReason, Sample } from '../../core/sample/sample.ts';
import { runningBackend } from '../backend/running-backend.ts';
import { defineNode } from '../harness/define-node.ts';
import type { Send } from '../harness/define-node.ts';
import { nowAndThen } from '../harness/now-and-then.ts';
import type { TurnAway } from '../harness/turn-away.ts';
import { CONFIG } from './config.ts';
import type { ValidateConfig } from './config.ts';
import { contractSource } from './contract-source.ts';
import type { ContractSource } from './contract-source.ts';
import { driftMessage } from './drift-message.ts';
import { DriftWatch } from './drift-watch.ts';
import { addLearnRoutes, answerFor } from './learn-routes.ts';
import { Learning } from './learning.ts';
import { causeOf, check, flagBroken } from './outcome.ts';
import { tried } from './tried.ts';

const OUTPUTS = ['valid', 'refused', 'drift'] as const;
type Output = (typeof OUTPUTS)[number];

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
    const backend = config.backend === '' && !needsBackend(config) ? undefined : context.backend;
    const source = contractSource(config, () => context.backend.contracts);
    const devices = backend
      ? context.states({ restore: (snapshot) => new DeviceDrift(snapshot), snapshot: (drift) => drift.snapshot() })
      : new MemoryStates(() => new DeviceDrift());
    const warnOfDrift = nowAndThen(clock, (sentence) => node.warn(sentence));
    const watch = new DriftWatch({
      node: node.id, clock, backend, devices, problem,
      tooMany: (contract) => warnOfDrift(`The traffic differs from the contract ${contract} in more than 200 ways. No more are told of: look at the first ones in the node's dialog.`),
    });
    const learning = new Learning(clock, (schema, dialect) => compileSampleContract({ id: 'proposed', version: 1, schema, ...(dialect !== '' && { dialect }), ...(backend && { known: backend.contracts.finder() }) }));
    answerFor(node, { learning, drifts: () => watch.list() });

    const [isRefusedWired, isDriftWired] = [isWired(node, 'refused'), isWired(node, 'drift')];
    /** What is refused leaves the flow here when nothing is wired to its output: not in silence. */
    const warnOfRefused = nowAndThen(clock, (sentence) => node.warn(sentence));
    const counts = { valid: 0, refused: 0, quarantined: 0, coerced: 0, flagged: 0, 'without contract': 0 };
    const count = (what: keyof typeof counts): void => {
      counts[what] += 1;
      status.counts(counts);
    };
    status.idle('waiting for samples');

    const tellDrift = (sample: Sample, contract: SampleContract, send: Send<Output>): void => {
      for (const drift of watch.judge(sample, contract, source.declared(contract))) {
        send({ drift: driftMessage(drift) });
        if (!isDriftWired) warnOfDrift(sentenceOf(drift));
      }
    };
    const pass = (sample: Sample, send: Send<Output>): void => {
      count('valid');
      if (sample.refused) delete sample.refused;
      send({ valid: sample });
    };
    const turnAwayBroken = (sample: Sample, reasons: readonly RefusalReason[], send: Send<Output>, turnAway: TurnAway): void | Promise<void> => {
      if (config.outcome !== 'refuse') {
        count('quarantined');
        return turnAway.quarantine(sample, causeOf(sample, reasons));
      }
      count('refused');
      if (!isRefusedWired) warnOfRefused(`A sample of ${sample.device} was refused and goes nowhere, since nothing is wired to the refused output. ${reasons[0]?.message ?? ''}`);
      sample.refused = { reasons: [...reasons] };
      turnAway.refuse(sample);
      send({ refused: sample });
    };

    return {
      sample(sample, send, turnAway) {
        learning.watcher?.add(sample);
        const found = find(source, sample);
        if (found === undefined) {
          count('without contract');
          return send({ valid: sample });
        }
        if (!('check' in found)) {
          // One from a node before this one is not what it could not be checked against.
          delete sample.contract;
          return turnAwayBroken(sample, [found], send, turnAway);
        }
        tellDrift(sample, found, send);
        sample.contract = { id: found.id, version: found.version };
        const { reasons, isCoerced } = check(sample, found, config.outcome);
        backend?.trust.checked(sample, isCoerced || reasons.length > 0);
        if (isCoerced) count('coerced');
        if (reasons.length === 0) return pass(sample, send);
        if (config.outcome !== 'accept') return turnAwayBroken(sample, reasons, send, turnAway);
        count('flagged');
        flagBroken(sample, reasons);
        return pass(sample, send);
      },
      async close(removed) {
        learning.close();
        await watch.close(removed);
      },
    };
  },
});

function needsBackend({ source, outcome }: ValidateConfig): boolean {
  return source !== 'here' || outcome === 'coerce' || outcome === 'quarantine';
}

function isWired(node: Node & { wires?: unknown[][] }, output: Output): boolean {
  return (node.wires?.[OUTPUTS.indexOf(output)]?.length ?? 0) > 0;
}

/** The contract of a sample, or why the one that its device is to meet cannot be had. */
function find(source: ContractSource, sample: Sample): SampleContract | RefusalReason | undefined {
  try {
    return source.of(sample);
  } catch (error) {
    if (error instanceof HoldfastError) return { field: '', rule: 'contract', message: error.message };
    throw error;
  }
}
