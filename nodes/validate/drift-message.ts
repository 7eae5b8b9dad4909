import type { NodeMessage } from 'node-red';
import type { Drift } from '../../core/contract/drift/drift.ts';
import { sentenceOf } from '../../core/contract/drift/sentences.ts';

/** The message that tells of a drift: `payload` for people and switches, `iot` as in every message of Holdfast. */
export function driftMessage(drift: Drift): NodeMessage {
  const { kind, metric, was, is, device, firmware, contract, ts } = drift;
  const id = `drift/${contract.id}/${contract.version}/${kind}/${metric}/${ts}`;
  const message = {
    topic: device,
    payload: { kind, metric, was, is, device, firmware, contract, ts, message: sentenceOf(drift) },
    iot: { v: 1, kind: 'drift', id, device, ts, contract },
  };
  return message;
}
