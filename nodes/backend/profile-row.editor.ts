import { choose } from '../editor/choice.ts';
import { offerFormats } from '../editor/formats.ts';
import { shownNumber, textsOf } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';
import { contractIds } from './contracts.editor.ts';
import { metricTable } from './metric-table.editor.ts';
import type { Metrics } from './metric-table.editor.ts';
import { qualityButton } from './quality-button.editor.ts';
import { ownRetention, retentionForm } from './retention.editor.ts';
import type { SavedRetention } from './retention.editor.ts';

/** A profile as it is saved. What is no number is kept as it was typed, for the validator to name it. */
export interface SavedProfile {
  name?: string;
  format?: string;
  maximumAge?: number | string;
  metrics?: Metrics;
  limits?: Partial<Record<LimitField, number | string>> & { over?: string };
  retention?: SavedRetention;
  quality?: unknown;
  /** The id of a contract. */
  contract?: string;
}

export interface ProfileRow {
  /** `repeated`: a metric that stands there twice, which what is saved cannot show. */
  read(): { profile: SavedProfile; repeated: string | undefined };
}

type LimitField = (typeof LIMIT_FIELDS)[number];

const LIMIT_FIELDS = ['messagesPerSecond', 'bytesPerSecond', 'burst'] as const;
const QUALITY_EXAMPLE = { gap_test: { suspectThreshold: 60, failThreshold: 600 } };
const NEW_LIMITS = { messagesPerSecond: 10, bytesPerSecond: 0, burst: 10, over: 'refuse' };
const UNITS = { hours: 3_600_000, days: 86_400_000 };

/** The form of one profile: its name and format, and behind a button what it says of age, metrics and limits. */
export function profileRow(node: EditorNode, row: JQuery, saved: SavedProfile, changed: () => void): ProfileRow {
  const texts = textsOf(node.type);
  const isNew = saved.name === undefined;
  const name = $('<input type="text" class="holdfast-profile-name" placeholder="press">').attr('aria-label', texts('profiles.name')).val(saved.name ?? '');
  const format = $('<select class="holdfast-profile-format">').attr('aria-label', texts('profiles.format'));
  offerFormats(format);
  choose(format, saved.format || 'auto');
  const summary = $('<p class="holdfast-hint">');
  const body = $('<div class="holdfast-profile-body">');

  const unit = $('<select>').attr('aria-label', texts('profiles.ageUnit')).append(Object.keys(UNITS).map((one) => $('<option>').val(one).text(texts(`units.${one}`))));
  const age = $('<input type="text" inputmode="decimal" class="holdfast-profile-age">').attr('aria-label', texts('profiles.maximumAge'));
  const savedAge = saved.maximumAge ?? 0;
  const savedUnit = typeof savedAge === 'number' && savedAge % UNITS.days === 0 && savedAge > 0 ? 'days' : 'hours';
  unit.val(savedUnit);
  age.val(typeof savedAge === 'number' ? String(savedAge / UNITS[savedUnit]) : savedAge);

  const contract = $('<select class="holdfast-profile-contract">');
  const offerContracts = (current: string): void => {
    contract.empty().append($('<option>').val('').text(texts('profiles.noContract')), contractIds().map((id) => $('<option>').val(id).text(id)));
    choose(contract, current);
  };
  offerContracts(saved.contract ?? '');
  // Contracts come and go in the tab beside it.
  contract.on('focus mouseenter', () => offerContracts(textOf(contract.val())));

  const retention = retentionForm({ texts, saved: saved.retention ?? {}, inherits: true, changed: () => tell() });
  const quality = qualityButton(texts('profiles.quality'), saved.quality, QUALITY_EXAMPLE, () => tell());
  const metrics = metricTable(node, saved.metrics ?? {}, () => tell());
  const own = $('<input type="checkbox" class="holdfast-profile-own">').prop('checked', Boolean(saved.limits));
  const limits = { ...NEW_LIMITS, ...(saved.limits && { messagesPerSecond: 0 }), ...saved.limits };
  const fields = LIMIT_FIELDS.map((field) => ({ field, input: $('<input type="text" inputmode="decimal">').addClass(`holdfast-profile-${field}`).val(String(limits[field])) }));
  const over = choose($('<select>').append(['refuse', 'conflate', 'quarantine'].map((one) => $('<option>').val(one).text(texts(`over.${one}`)))), limits.over);
  const limitForm = $('<div class="holdfast-fields">').append(
    fields.map(({ field, input }) => $('<label>').append($('<span>').text(texts(`profiles.${field}`)), input)),
    $('<label>').append($('<span>').text(texts('profiles.over')), over),
  );

  body.append(
    $('<div class="holdfast-fields">').append($('<label>').append($('<span>').text(texts('profiles.maximumAge')), age), unit),
    $('<p class="holdfast-hint">').text(texts('profiles.ageHint')),
    $('<div class="holdfast-fields">').append($('<label>').append($('<span>').text(texts('profiles.contract')), contract)),
    $('<p class="holdfast-hint">').text(texts('profiles.contractHint')),
    $('<h5>').text(texts('metrics.title')),
    $('<p class="holdfast-hint">').text(texts('metrics.hint')),
    metrics.element,
    $('<div class="holdfast-toolbar">').append($('<span>').text(texts('profiles.quality')), quality.element),
    $('<h5>').text(texts('retention.ofProfile')),
    $('<p class="holdfast-hint">').text(texts('retention.ofProfileHint')),
    retention.element,
    $('<label class="holdfast-check">').append(own, $('<span>').text(texts('profiles.own'))),
    limitForm,
  );
  const toggle = $('<button type="button" class="red-ui-button red-ui-button-small holdfast-profile-toggle">').append('<i aria-hidden="true" class="fa"></i>');
  const open = (isOpen: boolean): void => {
    body.toggle(isOpen);
    summary.toggle(!isOpen);
    toggle.attr({ 'aria-expanded': String(isOpen), 'aria-label': texts('profiles.more') }).find('i').toggleClass('fa-chevron-down', isOpen).toggleClass('fa-chevron-right', !isOpen);
    RED.tray.resize();
  };
  toggle.on('click', () => open(body.is(':hidden')));
  $('<div class="holdfast-profile">').append($('<div class="holdfast-profile-head">').append(toggle, name, format), summary, body).appendTo(row);

  const read = (): ReturnType<ProfileRow['read']> => {
    const { metrics: declared, repeated } = metrics.read();
    const hours = numberOf(age);
    const profile: SavedProfile = {
      name: textOf(name.val()).trim(),
      format: textOf(format.val()),
      maximumAge: typeof hours === 'number' ? Math.round(hours * UNITS[textOf(unit.val()) === 'days' ? 'days' : 'hours']) : hours,
      metrics: declared,
      ...(own.prop('checked') === true && { limits: { ...Object.fromEntries(fields.map(({ field, input }) => [field, numberOf(input)])), over: textOf(over.val()) } }),
      ...ownRetention(retention.read()),
      ...quality.read(),
      ...(textOf(contract.val()) !== '' && { contract: textOf(contract.val()) }),
    };
    return { profile, repeated };
  };
  const tell = (): void => {
    limitForm.toggle(own.prop('checked') === true);
    summary.text(summaryOf(texts, read().profile));
    changed();
  };
  row.on('input change', 'input, select', tell);
  limitForm.toggle(own.prop('checked') === true);
  summary.text(summaryOf(texts, read().profile));
  open(isNew);
  if (isNew) setTimeout(() => name.trigger('focus'));
  return { read };
}

function summaryOf(texts: ReturnType<typeof textsOf>, { metrics = {}, limits }: SavedProfile): string {
  return texts(limits ? 'profiles.summaryLimits' : 'profiles.summary', { metrics: shownNumber(Object.keys(metrics).length) });
}

/** An empty input is 0. */
function numberOf(input: JQuery): number | string {
  const text = textOf(input.val()).trim();
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}
