/**
 * How a payload is written. `auto`: it is found out from the bytes. The order is that of the numbers on disk: only add at the end.
 */
export const FORMATS = ['auto', 'json', 'text', 'senml-json', 'senml-cbor', 'cbor', 'messagepack', 'sparkplug-b', 'line-protocol', 'csv', 'json-lines', 'forwarded'] as const;

export type PayloadFormat = (typeof FORMATS)[number];

/** Those that a person may choose. What another Holdfast forwarded is known by where it arrives, and by nothing else. */
export const CHOSEN_FORMATS: readonly Exclude<PayloadFormat, 'forwarded'>[] = FORMATS.filter((format) => format !== 'forwarded');
