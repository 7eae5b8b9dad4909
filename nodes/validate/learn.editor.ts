import { ask, sentence } from '../editor/ask.ts';
import { chosenBackendId, suggestKnown } from '../editor/known-names.ts';
import { repeatWhileOpen } from '../editor/repeat.ts';
import { addStyle } from '../editor/style.ts';
import { reveal } from '../editor/tabs.ts';
import { shownNumber, textsOf } from '../editor/texts.ts';
import type { Texts } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';
import type { LearnedContract, LearnProgress, Refusals } from './learn-answer.ts';
import { metricsTable, reasonsList, refusalsSentence } from './learned-table.editor.ts';
import { editedSchema, focusSchema, putSchema } from './schema-editor.editor.ts';
import { nextVersionIn, takeIntoBackend } from './taken-contract.editor.ts';
import type { TakenContract } from './taken-contract.editor.ts';

const REFRESH = 2_000;
const STYLE = `
.holdfast-form .holdfast-learn-from { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin: 10px 0; }
.holdfast-form .holdfast-learn-from > select { width: auto; margin: 0; }
.holdfast-form .holdfast-learn-from > input[type="text"] { width: 120px; margin: 0; }
.holdfast-form .holdfast-learn-state { display: flex; gap: 10px; align-items: center; min-height: 30px; }
.holdfast-form .holdfast-learn-state > p { margin: 0; font-weight: bold; }
.holdfast-form #holdfast-learn-margin { width: 56px; margin: 0; }
.holdfast-form #holdfast-learn-take { margin-left: auto; }
.holdfast-form #holdfast-pane-learn .holdfast-toolbar > label { margin: 0; width: auto; }
.holdfast-form .holdfast-learned td:first-child, .holdfast-form #holdfast-drifts td:first-child { min-width: 90px; }
.holdfast-form .holdfast-learned th, .holdfast-form #holdfast-drifts th { white-space: nowrap; padding-right: 12px; }
.holdfast-form .holdfast-learned td, .holdfast-form #holdfast-drifts td { overflow-wrap: normal; }
.holdfast-form .holdfast-learned td:first-child > b, .holdfast-form #holdfast-drifts td:first-child > b { overflow-wrap: anywhere; }
.holdfast-form .holdfast-learned td.holdfast-range { white-space: nowrap; }
.holdfast-form .holdfast-reasons { margin: 0 0 8px; padding-left: 18px; }
.holdfast-form .holdfast-reasons li { margin-bottom: 4px; overflow-wrap: anywhere; }
.holdfast-form #holdfast-drifts td:last-child, .holdfast-form .holdfast-learned td:last-child { text-align: left; }
`;

let taken: TakenContract | undefined;

/** The pane "Learn": watches live samples or reads the history, shows what would be proposed, and takes it over. */
export function openLearn(node: EditorNode): void {
  addStyle('holdfast-validate-style', STYLE);
  taken = undefined;
  const texts = textsOf(node.type);
  const path = `holdfast-validate/${node.id}/learn`;
  const pane = $('#holdfast-pane-learn');
  const problem = $('#holdfast-learn-problem');
  let proposal: LearnedContract | undefined;
  /** What the last answers were for: nothing is asked again that cannot have changed. */
  let askedFor = '';

  const tell = (error: unknown): void => {
    problem.text(sentence(error));
    RED.tray.resize();
  };
  const refresh = async (): Promise<void> => {
    if (!pane.is(':visible')) return;
    const progress = await ask<LearnProgress>('GET', path);
    showProgress(texts, progress);
    problem.text(progress.problem ?? '');
    $('#holdfast-learn-found').toggle(progress.samples > 0);
    const isOwn = $('#node-input-source').val() === 'here';
    $('#holdfast-learn-edited').toggle(isOwn);
    const schema = editedSchema(node);
    const margin = Number(textOf($('#holdfast-learn-margin').val()).replace(',', '.')) / 100;
    const asks = JSON.stringify([progress.samples, progress.state, margin, isOwn && schema, $('#node-input-dialect').val()]);
    if (progress.samples === 0 || askedFor === asks) return;
    askedFor = asks;
    proposal = await ask<LearnedContract>('POST', `${path}/proposal`, { margin });
    showProposal(texts, proposal);
    if (isOwn) await showEdited(texts, path, schema);
    RED.tray.resize();
  };
  const refreshAndTell = (): Promise<void> => refresh().catch(tell);
  const act = (method: 'POST' | 'DELETE', body?: object): void => {
    askedFor = '';
    void ask<LearnProgress>(method, path, body).then(refreshAndTell, tell);
  };

  $('#holdfast-learn-watch').on('click', () => act('POST', { source: 'live' }));
  $('#holdfast-learn-read').on('click', () => act('POST', historyAsked()));
  $('#holdfast-learn-stop').on('click', () => act('DELETE'));
  $('#holdfast-learn-margin').on('change', () => void refreshAndTell());
  $('#holdfast-learn-of').on('change', showName);
  $('#holdfast-learn-take').on('click', () => {
    if (proposal) void take(node, texts, proposal);
  });
  suggestKnown($('#holdfast-learn-profile'), { backend: chosenBackendId, names: 'profiles' });
  suggestKnown($('#holdfast-learn-tag'), { backend: chosenBackendId, names: 'tags' });
  showName();
  $('#holdfast-learn-found, #holdfast-learn-stop').hide();
  $('#holdfast-pane-learn-tab').on('click', () => void setTimeout(() => void refreshAndTell()));
  repeatWhileOpen(pane, REFRESH, refreshAndTell);
}

/** What was taken over for a contract of the backend becomes part of it when the dialog is done. @returns what undoes that. */
export function saveTaken(): ReturnType<typeof takeIntoBackend> {
  const saved = taken && takeIntoBackend(taken);
  taken = undefined;
  return saved;
}

function historyAsked(): object {
  const of = textOf($('#holdfast-learn-of').val());
  const name = textOf($(`#holdfast-learn-${of}`).val());
  return { source: 'history', backend: chosenBackendId(), period: $('#holdfast-learn-period').val(), ...(of !== 'all' && { [of]: name }) };
}

function showName(): void {
  const of = $('#holdfast-learn-of').val();
  for (const name of ['profile', 'tag']) $(`#holdfast-learn-${name}`).toggle(of === name);
}

function showProgress(texts: Texts, { state, source, samples, devices, history, unusable, others }: LearnProgress): void {
  const isUnderWay = state === 'watching' || state === 'reading';
  const counts = { samples: shownNumber(samples), devices: shownNumber(devices), read: shownNumber(history?.read ?? 0), all: shownNumber(history?.devices ?? 0), unusable: shownNumber(unusable), others: shownNumber(others) };
  const parts = state === 'idle' ? [] : [texts(`learn.state.${state}`, counts), texts('learn.progress', counts)];
  if (state === 'reading' && history) parts.push(texts('learn.historyProgress', counts));
  if (samples === 0 && state === 'watching') parts.push(texts('learn.waiting'));
  if (samples === 0 && source === 'history' && !isUnderWay) parts.push(texts('learn.nothingStored'));
  if (unusable > 0) parts.push(texts('learn.unusable', counts));
  if (others > 0) parts.push(texts('learn.others', counts));
  const shown = parts.join(' ');
  const line = $('#holdfast-learn-progress');
  if (line.text() !== shown) line.text(shown);
  $('#holdfast-learn-stop').toggle(isUnderWay);
}

function showProposal(texts: Texts, { metrics, refusals }: LearnedContract): void {
  $('#holdfast-learn-metrics').empty().append(metricsTable(texts, metrics));
  $('#holdfast-learn-refusals').text(refusalsSentence(texts, refusals));
}

/** A schema that is being written may be none yet. */
async function showEdited(texts: Texts, path: string, schema: string): Promise<void> {
  const line = $('#holdfast-learn-edited-refusals');
  const reasons = $('#holdfast-learn-reasons').empty();
  try {
    const refusals = await ask<Refusals>('POST', `${path}/refusals`, { schema, dialect: $('#node-input-dialect').val() });
    line.removeClass('holdfast-problem').text(refusalsSentence(texts, refusals));
    if (refusals.refused > 0) reasons.append(reasonsList(texts, refusals));
  } catch (error) {
    line.addClass('holdfast-problem').text(sentence(error));
  }
}

/** Into the contract of the backend as its next version, where that is what the node checks against; else into the schema of the node. */
async function take(node: EditorNode, texts: Texts, { schema }: LearnedContract): Promise<void> {
  const contract = textOf($('#node-input-contractId').val()).trim();
  const backend = chosenBackendId();
  const version = $('#node-input-source').val() === 'contract' ? await nextVersionIn(backend, contract) : undefined;
  taken = version === undefined ? undefined : { backend, contract, version, schema };
  $('#holdfast-learn-taken').text(version === undefined ? '' : texts('learn.takenVersion', { contract, version }));
  if (version === undefined) takeIntoNode(node, JSON.stringify(schema, null, 2));
}

function takeIntoNode(node: EditorNode, schema: string): void {
  const version = $('#node-input-contractVersion');
  const isRaised = Number(version.val()) !== Number(node['contractVersion'] ?? 1);
  if (!isRaised && schema !== textOf(node['schema'])) version.val(Number(version.val()) + 1).trigger('change');
  $('#node-input-dialect').val('');
  $('#node-input-source').val('here').trigger('change');
  putSchema(schema);
  reveal($('#holdfast-schema-row'));
  focusSchema();
}
