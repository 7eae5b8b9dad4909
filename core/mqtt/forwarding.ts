import { DecodeError } from '../decode/decode-error.ts';
import type { ForwardedLine } from '../decode/forwarded.ts';
import { inflate } from '../http/inflate.ts';
import type { Answer, Intake } from '../intake/delivery.ts';
import { offerForwarded, readForwarded } from '../intake/forwarded-batch.ts';
import type { Work } from '../intake/turns.ts';
import { FORWARD_TOPIC } from './telemetry-topic.ts';

/** A publish on `forward`. */
export interface ForwardedPublish {
  principal: string;
  payload: Uint8Array;
  /** DUP, or a repetition within QoS 2. */
  repeated: boolean;
}

/** What one message may inflate to, in bytes. */
const LARGEST = 4 * 1024 * 1024;

/**
 * Offers the samples in a message that another Holdfast published. MQTT 3.1.1 has no way to say which of them is refused, and to close the
 * connection would stop the others: what cannot be read, or is of a device that is not its own, is kept in the account of the gateway, and goes
 * to quarantine from there with the reason.
 */
export function* offerForwardedPublish(intake: Pick<Intake, 'offer'>, { principal, payload, repeated }: ForwardedPublish, isChild: (device: string) => boolean, answer: Answer): Work {
  const plain = plainOf(payload);
  let lines: ForwardedLine[];
  try {
    lines = yield* readForwarded(plain);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return intake.offer({ via: 'mqtt', device: principal, principal, topic: FORWARD_TOPIC, payload: plain, format: 'forwarded', patience: 0 }, answer);
  }
  yield* offerForwarded(intake, { via: 'mqtt', principal, topic: FORWARD_TOPIC, lines, repeated, deviceOf: ({ device }) => (isChild(device) ? device : principal) }, answer);
}

/** What begins like gzip is no JSON, and is inflated; what cannot be stays as it is. */
function plainOf(payload: Uint8Array): Uint8Array {
  if (payload[0] !== 0x1f || payload[1] !== 0x8b) return payload;
  const plain = inflate(payload, 'gzip', LARGEST);
  return 'status' in plain ? payload : plain;
}
