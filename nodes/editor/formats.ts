import type { PayloadFormat } from '../../core/decode/format.ts';
import { shared } from './texts.ts';

/** Adds the formats to a choice, in the order in which people look for them. */
export function offerFormats(select: JQuery, formats: readonly PayloadFormat[] = OFFERED): void {
  for (const format of formats) $('<option>').val(format).text(shared(`formats.${format}`)).appendTo(select);
}

const OFFERED: readonly PayloadFormat[] = ['auto', 'json', 'json-lines', 'text', 'csv', 'line-protocol', 'senml-json', 'senml-cbor', 'cbor', 'messagepack', 'sparkplug-b'];

/** Those of which one payload can be read by itself. */
export const SELF_CONTAINED: readonly PayloadFormat[] = OFFERED.filter((format) => format !== 'sparkplug-b');
