import type { ForwardedLine } from '../decode/forwarded.ts';
import type { Via } from '../sample/via.ts';
import type { Answer, Delivery, Intake } from './delivery.ts';
import type { Refusal } from './refusal.ts';

/** Forwarded samples as one message brought them, and the gateway that sent them. */
export interface ForwardedBatch {
  via: Via;
  principal: string;
  /** Topic or path. */
  topic: string;
  lines: readonly ForwardedLine[];
  /** Whether some of them may have been sent before. */
  repeated: boolean;
  /** Of whom a sample is; for one that the gateway may not send: the gateway itself, and then it goes to quarantine. */
  deviceOf(sample: ForwardedLine['sample']): string;
}

/**
 * Offers each sample as a delivery of its own, in order, so that each is limited, kept and recognised by itself, and answers once for all
 * of them: without a refusal every one is on disk. Behind one that is refused nothing is offered: what is sent again after
 * it would come out of order. Those before it are kept, and recognised when they come again.
 */
export function offerForwarded(intake: Pick<Intake, 'offer'>, batch: ForwardedBatch, answer: Answer): void {
  let open = 1;
  let refusal: Refusal | undefined;
  const ended = (one?: Refusal): void => {
    refusal ??= one;
    open -= 1;
    if (open === 0) answer(refusal);
  };
  for (const line of batch.lines) {
    if (refusal) break;
    open += 1;
    intake.offer(deliveryOf(batch, line), ended);
  }
  ended();
}

function deliveryOf({ via, principal, topic, repeated, deviceOf }: ForwardedBatch, { text, sample }: ForwardedLine): Delivery {
  return {
    via, principal, topic,
    device: deviceOf(sample),
    payload: Buffer.from(text),
    format: 'forwarded',
    // With its time: an inbox that was begun anew gives its positions, and so the ids made of them, a second time.
    attempt: { session: `forward:${principal}`, packet: `${sample.id} ${sample.ts}`, repeated, named: true },
    patience: 0,
  };
}
