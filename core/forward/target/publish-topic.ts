import { HoldfastError } from '../../errors/holdfast-error.ts';

/** A topic that nothing can be published on. Code `HOLDFAST_PUBLISH_TOPIC`. */
export class PublishTopicError extends HoldfastError {
  constructor(message: string) {
    super('HOLDFAST_PUBLISH_TOPIC', message);
  }
}

const LONGEST_TOPIC = 65_535;
/** What would be another level, or a wildcard, or cannot stand in a topic at all (MQTT 5, sections 1.5.4 and 4.7). */
const RESERVED = /[%+#/\p{Cc}]/gu;

/**
 * Reads a topic made of fixed parts and `{device}`, and returns what makes the topic of a device. Nothing of a payload gets into it; what has
 * a meaning in MQTT is percent-encoded in the device's id.
 *
 * @throws PublishTopicError
 */
export function readPublishTopic(template: string): (device: string) => string {
  if (template.trim() === '') throw new PublishTopicError('No topic is given. Enter one such as devices/{device}/telemetry.');
  const parts = template.split('{device}');
  const fixed = parts.join('');
  if (/[+#\0{}]/.test(fixed)) throw new PublishTopicError(`The topic "${template.slice(0, 100)}" cannot be published on. Use fixed levels and {device}, and none of + # { }.`);
  if (fixed.startsWith('$')) throw new PublishTopicError(`The topic "${template.slice(0, 100)}" begins with $, which belongs to the broker. Choose another one.`);
  if (Buffer.byteLength(template) > LONGEST_TOPIC / 4) throw new PublishTopicError('The topic is too long. Shorten it.');
  return (device) => parts.join(device.toWellFormed().replace(RESERVED, (character) => encodeURIComponent(character)));
}
