import { ask, sentence } from '../editor/ask.ts';
import { lineChart } from '../editor/chart.ts';
import { chosenBackendId, suggestKnown } from '../editor/known-names.ts';
import { shownNumber, textsOf } from '../editor/texts.ts';
import type { Texts } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';
import type { JudgedHistory, Proposals } from './answers.ts';
import { proposalTable } from './proposal-table.editor.ts';

const CHART_HEIGHT = 190;
const COLOURS = { value: 0, suspect: 1, bad: 3 };

/** The pane "What is stored": what the settings say of a device's history, and which thresholds it proposes. Nothing changes until a person takes it over. */
export function openStored(node: EditorNode, settings: () => Record<string, unknown>): void {
  const texts = textsOf(node.type);
  const answer = $('#holdfast-stored-answer');
  const buttons = $('#holdfast-stored-judge, #holdfast-stored-propose');
  suggestKnown($('#holdfast-stored-device'), { backend: chosenBackendId, names: 'devices' });
  suggestKnown($('#holdfast-stored-metric'), { backend: chosenBackendId, names: 'metrics' });

  const asked = (): { device: string; metric: string; period: string } => ({
    device: textOf($('#holdfast-stored-device').val()).trim(), metric: textOf($('#holdfast-stored-metric').val()).trim(), period: textOf($('#holdfast-stored-period').val()),
  });
  const request = <Answer>(path: string): Promise<Answer> => ask<Answer>('POST', `holdfast-quality/${path}`, { ...settings(), backend: chosenBackendId(), ...asked() });
  const run = (work: () => Promise<JQuery[]>): void => {
    buttons.prop('disabled', true);
    void work()
      .then((parts) => answer.empty().append(parts), (error: unknown) => answer.empty().append($('<p class="holdfast-problem" role="alert">').text(sentence(error))))
      .finally(() => {
        buttons.prop('disabled', false);
        RED.tray.resize();
      });
  };
  $('#holdfast-stored-judge').on('click', () => run(async () => judgedParts(texts, await request<JudgedHistory>('judge'), asked())));
  $('#holdfast-stored-propose').on('click', () => run(async () => [proposalTable(texts, await request<Proposals>('propose'), asked().metric)]));
}

function judgedParts(texts: Texts, { from, to, readings, isCut, tests }: JudgedHistory, { device, metric }: { device: string; metric: string }): JQuery[] {
  if (readings.length === 0) return [$('<p class="holdfast-summary">').text(texts('stored.nothing'))];
  const count = (q: number): string => shownNumber(readings.filter((reading) => reading.q === q).length);
  const summary = texts('stored.summary', { readings: shownNumber(readings.length), good: count(1), suspect: count(3), bad: count(4), tests: tests.length });
  const first = readings[0]?.ts ?? from;
  const only = (q: number | undefined): Array<{ ts: number; value: number | null }> => readings.map((reading) => ({ ts: reading.ts, value: q === undefined || reading.q === q ? reading.value : null }));
  const timeZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const chart = lineChart({
    title: `${metric} · ${device}`, unit: '', from: Math.max(from, first), to: isCut ? (readings.at(-1)?.ts ?? to) : to, timeZone,
    series: [
      { name: texts('stored.value'), colour: COLOURS.value, points: only(undefined) },
      { name: texts('stored.suspect'), colour: COLOURS.suspect, points: only(3) },
      { name: texts('stored.bad'), colour: COLOURS.bad, points: only(4) },
    ],
  }, { height: CHART_HEIGHT });
  const found = new Map<string, number>();
  for (const { flags } of readings) for (const flag of flags) found.set(flag, (found.get(flag) ?? 0) + 1);
  const list = $('<ul class="holdfast-stored-flags">').append([...found].map(([flag, times]) => $('<li>').text(`${flag}: ${shownNumber(times)}`)));
  const cut = isCut ? [$('<p class="holdfast-hint">').text(texts('stored.cut', { readings: shownNumber(readings.length) }))] : [];
  return [$('<p class="holdfast-summary">').text(summary), ...cut, chart, list];
}
