import type { ShownEntry } from '../../../core/quarantine/review/shown-page.ts';
import type { Verdict } from '../../../core/quarantine/review/verdict.ts';
import { shownTime } from '../shown-time.ts';
import { shared, shownNumber, textsOf } from '../texts.ts';
import { payloadFrom } from './bytes.ts';
import { words } from './words.ts';

/** Everything that is kept of an entry: all reasons, where it came from, its bytes. */
export function entryDetail(entry: ShownEntry, verdict: Verdict | undefined): JQuery {
  return $('<div class="holdfast-entry-detail">').append(verdict ? verdictText(verdict, entry.detail) : '', reasonsOf(entry), originOf(entry), bytesOf(entry));
}

/** What today's contract says of it; what it was `known` for is not said twice. */
function verdictText({ outcome, detail, reasons = [] }: Verdict, known: string): JQuery {
  const element = $('<div class="holdfast-verdict">').attr('data-outcome', outcome).append($('<p>').append($('<b>').text(words(`outcome.${outcome}`)), ' ', $('<span>').text(detail === known ? '' : detail)));
  return reasons.length > 1 ? element.append($('<ul>').append(reasons.map(({ message }) => $('<li>').text(message)))) : element;
}

/** A field is named beside a sentence that does not begin with it. */
function reasonsOf({ detail, reasons = [] }: ShownEntry): JQuery {
  if (reasons.length === 0) return $('<p>').text(detail);
  return $('<ul class="holdfast-reasons">').append(reasons.map(({ field, message }) => $('<li>').append(message.startsWith(field) ? '' : $('<code>').text(field), ' ', $('<span>').text(message))));
}

function originOf({ id, topic, principal, via, channel, format, quarantined, sample }: ShownEntry): JQuery {
  const rows: Array<[string, string]> = [
    ['topic', topic], ['principal', principal], ['via', textsOf('holdfast-backend')(`ledger.via.${via}`)], ['source', RED.nodes.node(channel)?.name || channel], ['format', shared(`formats.${format}`)],
    ['quarantined', shownTime(quarantined)], ['sample', sample === undefined ? '' : shownNumber(sample + 1)], ['id', String(id)],
  ];
  return $('<dl>').append(rows.filter(([, value]) => value !== '').flatMap(([name, value]) => [$('<dt>').text(words(`detail.${name}`)), $('<dd>').text(value)]));
}

function bytesOf({ id, payload, size, preview }: ShownEntry): JQuery {
  const { text, hex, shown } = payloadFrom(payload);
  const label = words(shown < size ? 'detail.bytesCut' : 'detail.bytes', { size: shownNumber(size), shown: shownNumber(shown) });
  // Focusable, so that it can be scrolled with the keyboard.
  const pre = $('<pre tabindex="0">').attr('aria-label', label);
  const buttons = (['text', 'hex'] as const).map((form) =>
    $('<button type="button" class="holdfast-chip">').attr({ 'data-form': form, 'data-focus': `${form}-of-${id}` }).text(words(`detail.${form}`)).on('click', () => show(form)),
  );
  const show = (form: 'text' | 'hex'): void => {
    pre.text(form === 'text' ? text : hex).attr('data-shown', form);
    for (const button of buttons) button.attr('aria-pressed', String(button.attr('data-form') === form));
  };
  show(preview.kind);
  return $('<figure>').append($('<figcaption>').append($('<span>').text(label), ' ', $('<span role="group">').attr('aria-label', words('detail.form')).append(buttons)), pre);
}
