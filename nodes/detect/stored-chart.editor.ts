import type { DetectionPreview, PreviewedEpisode } from '../../core/anomaly/preview/answer.ts';
import { lineChart } from '../editor/chart.ts';
import { shownNumber } from '../editor/texts.ts';
import type { Texts } from '../editor/texts.ts';

const HEIGHT = 200;
/** A dialog has no room for more; they are the worst. */
const LISTED = 5;

/** The readings with what was expected, and the episodes of one position marked in it. */
export function storedChart(texts: Texts, preview: DetectionPreview, sensitivity: number): JQuery {
  const { device, metric, unit, from, to, points } = preview;
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return lineChart({
    title: `${metric} · ${device}`, unit, from, to, timeZone,
    series: [{ name: texts('stored.series'), colour: 0, points: points.map(([ts, value, low, high]) => ({ ts, value, low, high })) }],
    marks: episodesOf(preview, sensitivity).map(({ since, until }) => ({ from: since, to: until })),
  }, { height: HEIGHT });
}

/** The worst episodes of a position: when, and what was seen. */
export function episodeList(texts: Texts, preview: DetectionPreview, sensitivity: number): JQuery {
  const episodes = episodesOf(preview, sensitivity);
  const worst = new Set([...episodes].sort((one, other) => other.peak - one.peak).slice(0, LISTED));
  const rows = episodes.filter((episode) => worst.has(episode)).map((episode) => $('<li>').append($('<span>').text(timeOf(episode)), $('<span>').text(whatOf(texts, episode))));
  const rest = (preview.positions[sensitivity - 1]?.count ?? 0) - rows.length;
  if (rest > 0) rows.push($('<li>').append($('<span>'), $('<span>').text(texts('stored.more', { count: shownNumber(rest) }))));
  return $('<ul class="holdfast-episodes">').attr('aria-label', texts('stored.episodes')).append(rows).toggle(rows.length > 0);
}

function episodesOf({ positions }: DetectionPreview, sensitivity: number): readonly PreviewedEpisode[] {
  return positions[sensitivity - 1]?.episodes ?? [];
}

function timeOf({ since, until }: PreviewedEpisode): string {
  return new Intl.DateTimeFormat(RED.i18n.lang(), { dateStyle: 'medium', timeStyle: 'short' }).formatRange(since, until);
}

function whatOf(texts: Texts, { kind, why, value, peak }: PreviewedEpisode): string {
  const sentence = why ?? texts('stored.little', { value: rounded(value), percent: shownNumber(Math.round(peak * 100)) });
  return kind === undefined ? sentence : `${kindOf(texts, kind)}: ${sentence}`;
}

/** One that this dialog has no text for is shown by its own name. */
function kindOf(texts: Texts, kind: string): string {
  const key = `kinds.${kind.replaceAll(' ', '-')}`;
  const text = texts(key);
  return text === key ? kind : text;
}

function rounded(value: number): string {
  return shownNumber(Number(value.toPrecision(5)));
}
