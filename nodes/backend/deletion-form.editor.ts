import type { Deletion } from '../../core/store/store.ts';
import { shownTime } from '../editor/shown-time.ts';
import type { Texts } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';

/** What the form asks to delete, or the sentence that says why it cannot be asked. */
export function readDeletionForm(texts: Texts): Deletion | string {
  const [device, metric] = ['device', 'metric'].map((field) => textOf($(`#holdfast-deletion-${field}`).val()).trim());
  if (!device) return texts('deletion.noDevice');
  const [from, to] = [timeIn('from'), timeIn('to')];
  // What is half typed must not pass for empty: that would be all times.
  if (Number.isNaN(from)) return texts('deletion.badFrom');
  if (Number.isNaN(to)) return texts('deletion.badTo');
  if (from !== undefined && to !== undefined && from >= to) return texts('deletion.badOrder', { from: shownTime(from), to: shownTime(to) });
  return { device, ...(metric && { metric }), ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

/** Undefined for an empty input, NaN for one that holds no whole time. */
function timeIn(field: 'from' | 'to'): number | undefined {
  const [input] = $(`#holdfast-deletion-${field}`).toArray();
  if (!(input instanceof HTMLInputElement) || input.validity.badInput) return Number.NaN;
  return input.value === '' ? undefined : new Date(input.value).getTime();
}

/** The query of the request for it. */
export function queryOf(deletion: Deletion): string {
  return new URLSearchParams(Object.entries(deletion).map(([field, value]) => [field, String(value)])).toString();
}

/** Which readings these are, in words, without the times. */
export function subjectOf(texts: Texts, { device, metric }: Deletion): string {
  return metric === undefined ? texts('deletion.ofDevice', { device }) : texts('deletion.ofMetric', { device, metric });
}

/** From when to when, in words. */
export function timesOf(texts: Texts, { from, to }: Deletion): string {
  if (from === undefined) return to === undefined ? texts('deletion.always') : texts('deletion.before', { to: shownTime(to) });
  return to === undefined ? texts('deletion.since', { from: shownTime(from) }) : texts('deletion.between', { from: shownTime(from), to: shownTime(to) });
}
