import type { DetectionPreview } from '../../core/anomaly/preview/answer.ts';
import { READINGS_UNTIL_USUAL } from '../../core/anomaly/preview/learns-within.ts';
import { ask, sentence } from '../editor/ask.ts';
import { chosenBackendId, suggestKnown } from '../editor/known-names.ts';
import { shownNumber, textsOf } from '../editor/texts.ts';
import type { Texts } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';
import { chosenSensitivity, openSensitivity } from './sensitivity.editor.ts';
import { shownDuration } from './shown-duration.editor.ts';
import { episodeList, storedChart } from './stored-chart.editor.ts';

/** Ends what the open dialog asks for. */
let asking: AbortController | undefined;

export function closeStored(): void {
  asking?.abort();
}

/** The slider, and below it what the detector would have said of the last stored days: drawn anew at each move of the slider, asked for when something else changes. */
export function openStored(node: EditorNode, settings: () => Record<string, unknown>): void {
  const texts = textsOf(node.type);
  const [device, metric, days] = [$('#holdfast-stored-device'), $('#holdfast-stored-metric'), $('#holdfast-stored-days')];
  const [answer, state] = [$('#holdfast-stored-answer'), $('#holdfast-stored-state')];
  let preview: DetectionPreview | undefined;
  suggestKnown(device, { backend: chosenBackendId, names: 'devices' });
  suggestKnown(metric, { backend: chosenBackendId, names: 'metrics' });

  const draw = (): void => {
    if (!preview || preview.readings === 0) return;
    answer.empty().append(storedChart(texts, preview, chosenSensitivity()), episodeList(texts, preview, chosenSensitivity()));
    RED.tray.resize();
  };
  const slider = openSensitivity(node, draw);
  const show = (shown: DetectionPreview | undefined, words: string, isProblem = false): void => {
    preview = shown;
    slider.show(shown && shown.readings > 0 ? shown.positions : undefined);
    state.text(words).toggleClass('holdfast-problem', isProblem);
    answer.empty();
    $('#holdfast-learns-within').text(learnsWithinOf(texts, shown));
    draw();
    RED.tray.resize();
  };
  const look = async (): Promise<void> => {
    asking?.abort();
    const mine = (asking = new AbortController());
    const backend = chosenBackendId();
    if (backend === '' || backend === '_ADD_') return show(undefined, texts('stored.noBackend'));
    state.text(texts('stored.reading')).removeClass('holdfast-problem');
    const body = { ...settings(), backend, device: textOf(device.val()).trim(), metric: textOf(metric.val()).trim(), days: Number(days.val()) };
    try {
      const answered = await ask<DetectionPreview>('POST', 'holdfast-detect/preview', body, mine.signal);
      if (mine.signal.aborted) return;
      device.val(answered.device);
      metric.val(answered.metric);
      show(answered, summaryOf(texts, answered));
    } catch (error) {
      if (!mine.signal.aborted) show(undefined, sentence(error), true);
    }
  };
  device.add(metric).add(days).add('#node-input-backend').add('#node-input-metrics').add('#node-input-minimumQuality').on('change', () => void look());
  // Node-RED tells of the backend once more while it fills in the dialog.
  void look();
}

function summaryOf(texts: Texts, { readings, learnedBefore, isCut, from, to }: DetectionPreview): string {
  if (readings === 0) return texts('stored.nothing');
  const period = new Intl.DateTimeFormat(RED.i18n.lang(), { dateStyle: 'medium', timeStyle: 'short' }).formatRange(from, to);
  const summary = texts('stored.summary', { readings: shownNumber(readings), period, before: shownNumber(learnedBefore) });
  return isCut ? `${summary} ${texts('stored.cut')}` : summary;
}

function learnsWithinOf(texts: Texts, preview: DetectionPreview | undefined): string {
  const within = preview?.learnsWithin;
  if (!within) return texts('learnsWithin.readings', { readings: shownNumber(READINGS_UNTIL_USUAL) });
  return texts('learnsWithin.time', { readings: shownNumber(within.readings), time: shownDuration(within.milliseconds), interval: shownDuration(within.interval) });
}
