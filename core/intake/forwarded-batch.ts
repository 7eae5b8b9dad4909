import { eachForwardedLine } from '../decode/forwarded.ts';
import type { ForwardedLine } from '../decode/forwarded.ts';
import type { Via } from '../sample/via.ts';
import type { Delivery, Intake } from './delivery.ts';
import type { Refusal } from './refusal.ts';
import type { Work } from './turns.ts';

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

/** Told once how a batch ended; with a refusal, of which device. */
export type BatchAnswer = (refusal?: Refusal, device?: string) => void;

/** So many lines, or characters of them, take some milliseconds to read, and to offer. */
const LINES_A_STEP = 250;
const CHARACTERS_A_STEP = 128 * 1024;

/** Reads all lines of a payload in steps. Throws DecodeError: then none is to be kept. */
export function* readForwarded(payload: Uint8Array): Generator<undefined, ForwardedLine[], undefined> {
  const lines: ForwardedLine[] = [];
  for (const line of inSteps(eachForwardedLine(payload))) {
    if (line) lines.push(line);
    else yield;
  }
  return lines;
}

/**
 * Offers each sample as a delivery of its own, in order, so that each is limited, kept and recognised by itself, in steps, and answers once for all
 * of them: without a refusal every one is on disk. Behind one that is refused nothing is offered: what is sent again after
 * it would come out of order. Those before it are kept, and recognised when they come again.
 */
export function* offerForwarded(intake: Pick<Intake, 'offer'>, batch: ForwardedBatch, answer: BatchAnswer): Work {
  let open = 1;
  let first: { refusal: Refusal; device: string } | undefined;
  const ended = (): void => {
    open -= 1;
    if (open === 0) answer(first?.refusal, first?.device);
  };
  for (const line of inSteps(batch.lines)) {
    if (first) break;
    if (!line) {
      yield;
      continue;
    }
    const delivery = deliveryOf(batch, line);
    open += 1;
    intake.offer(delivery, (refusal) => {
      if (refusal) first ??= { refusal, device: delivery.device };
      ended();
    });
  }
  ended();
}

/** The lines, and undefined where a step ends. */
function* inSteps(lines: Iterable<ForwardedLine>): Generator<ForwardedLine | undefined, void, undefined> {
  let count = 0;
  let characters = 0;
  for (const line of lines) {
    if (count >= LINES_A_STEP || characters >= CHARACTERS_A_STEP) {
      yield undefined;
      count = 0;
      characters = 0;
    }
    yield line;
    count += 1;
    characters += line.text.length;
  }
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
