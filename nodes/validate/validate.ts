import type { Node } from 'node-red';
import { compileContract } from '../../core/contract/index.ts';
import type { Contract } from '../../core/contract/index.ts';
import { samplesOf } from '../../core/sample/message.ts';
import type { RefusalReason, Sample } from '../../core/sample/sample.ts';
import { number, text } from '../harness/config.ts';
import type { ConfigOf } from '../harness/config.ts';
import { defineNode } from '../harness/define-node.ts';

const REFUSED = 1;
const REFUSALS_LOGGED_EVERY = 10_000;

/** What a new node accepts is whatever holds a reading, so that it works when it is dropped on the canvas. */
const ANY_READINGS = `{
  "type": "object",
  "minProperties": 1
}`;

const properties = {
  contract: text({ default: 'contract', required: 'The contract has no name. Enter one, for example press-telemetry.', maximumLength: 100 }),
  contractVersion: number({ default: 1, minimum: 1, maximum: 1_000_000, integer: true }),
  schema: text({ default: ANY_READINGS, required: 'The contract has no JSON Schema. Enter one, or take the example.', maximumLength: 1_000_000 }),
};

/** Checks samples against a contract: what meets it goes on, what breaks it leaves on its own output with reasons. */
export default defineNode('holdfast-validate', {
  config: { version: 1, properties },
  outputs: ['valid', 'refused'],

  tryIt(config, message) {
    const contract = contractOf(config);
    const checked = samplesOf(message).samples.map((sample) => ({ device: sample.device, values: sample.values, reasons: contract.check(sample.values) }));
    const refused = checked.filter(({ reasons }) => reasons.length > 0).length;
    const summary = refused === 0 ? 'The last message meets the contract.' : `${refused} of ${checked.length} samples in the last message break the contract.`;
    return { summary, result: checked };
  },

  start({ node, config, clock, status }) {
    const contract = contractOf(config);
    const isHeard = ((node as Node & { wires?: unknown[][] }).wires?.[REFUSED]?.length ?? 0) > 0;
    let quietUntil = 0;
    /** What is refused leaves the flow here when nothing is wired to its output: not in silence. */
    const tellRefused = ({ device }: Sample, { message }: RefusalReason): void => {
      if (isHeard || clock.now() < quietUntil) return;
      quietUntil = clock.now() + REFUSALS_LOGGED_EVERY;
      node.warn(`A sample of ${device} was refused and goes nowhere, since nothing is wired to the refused output. ${message}`);
    };
    const counts = { valid: 0, refused: 0 };
    status.idle('waiting for samples');
    return {
      sample(sample, send) {
        const reasons = contract.check(sample.values);
        sample.contract = { id: contract.id, version: contract.version };
        if (reasons.length === 0) {
          counts.valid += 1;
          if (sample.refused) delete sample.refused;
          send({ valid: sample });
        } else {
          counts.refused += 1;
          if (reasons[0]) tellRefused(sample, reasons[0]);
          sample.refused = { reasons };
          send({ refused: sample });
        }
        status.counts(counts);
      },
    };
  },
});

function contractOf({ contract, contractVersion, schema }: ConfigOf<typeof properties>): Contract {
  return compileContract({ id: contract, version: contractVersion, schema });
}
