import type { BackupsStatus, BackupSummary } from '../../core/maintenance/backups-status.ts';
import { isPlainName } from '../../core/maintenance/plain-name.ts';
import { ask, sentence } from '../editor/ask.ts';
import { repeatWhileOpen } from '../editor/repeat.ts';
import { shownBytes } from '../editor/shown-bytes.ts';
import { shownTime } from '../editor/shown-time.ts';
import { textsOf } from '../editor/texts.ts';
import type { Texts } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';

const REFRESH = 1_000;

/** The backups of a running backend, and a button that makes one, at once and without a deploy. */
export function openBackups(node: EditorNode): void {
  const texts = textsOf(node.type);
  const path = `holdfast-backend/${node.id}/backup`;
  const section = $('#holdfast-backups');
  const name = $('#holdfast-backup-name');
  const button = $('#holdfast-backup-button');
  const problem = $('#holdfast-backup-problem');
  const list = $('#holdfast-backup-list');
  let suggested = '';
  let isStarting = false;
  let shown = '';

  const show = (status: BackupsStatus): void => {
    button.prop('disabled', isStarting || status.running !== undefined);
    showProgress(texts, status.running);
    if (shown === (shown = JSON.stringify([status.base, status.last, status.backups]))) return;
    $('#holdfast-backup-place').text(texts('backups.place', { base: status.base }));
    showLast(texts, status.last);
    list.empty().append(status.backups.length === 0 ? $('<p class="holdfast-hint">').text(texts('backups.none')) : table(texts, status.backups));
    // What a person has typed stays.
    if (name.val() === suggested) name.val((suggested = freeName(status.backups)));
    RED.tray.resize();
  };
  const refresh = async (): Promise<void> => {
    // It reads files; nobody looks at them in another tab.
    if (shown !== '' && !section.is(':visible')) return;
    try {
      show(await ask<BackupsStatus>('GET', path));
    } catch (error) {
      problem.text(sentence(error));
    }
  };
  const start = async (): Promise<void> => {
    const wanted = textOf(name.val()).trim();
    if (!isUsable(wanted)) return void problem.text(texts('backups.badName', { name: wanted.slice(0, 40) }));
    isStarting = true;
    button.prop('disabled', true);
    try {
      await ask('POST', path, wanted === '' ? {} : { name: wanted });
      problem.text('');
      name.val(suggested);
    } catch (error) {
      problem.text(sentence(error));
    }
    isStarting = false;
    await refresh();
  };

  name.val(suggested);
  button.on('click', () => void start());
  name.on('keydown', (event) => {
    if (event.key === 'Enter' && button.prop('disabled') !== true) void start();
  });
  repeatWhileOpen(list, REFRESH, refresh);
}

/** An empty name leaves it to the server. */
function isUsable(name: string): boolean {
  return name === '' || isPlainName(name);
}

function showProgress(texts: Texts, running: BackupsStatus['running']): void {
  const element = $('#holdfast-backup-progress').toggle(running !== undefined);
  if (!running) return;
  const { name, copiedBytes, bytes } = running;
  const copied = Math.min(copiedBytes, bytes);
  element.find('progress').attr({ value: copied, max: Math.max(bytes, 1), 'aria-label': texts('backups.progressOf', { name }) });
  element.find('span').text(texts('backups.progress', { name, copied: shownBytes(texts, copied), bytes: shownBytes(texts, bytes) }));
}

function showLast(texts: Texts, last: BackupsStatus['last']): void {
  const failed = last !== undefined && 'error' in last;
  const text = last === undefined ? '' : 'error' in last ? texts('backups.failed', last) : texts('backups.done', { name: last.name, bytes: shownBytes(texts, last.bytes) });
  $('#holdfast-backup-last').toggleClass('holdfast-problem', failed).text(text);
}

function table(texts: Texts, backups: readonly BackupSummary[]): JQuery {
  const head = ['name', 'taken', 'size'].map((column) => $('<th scope="col">').text(texts(`backups.${column}`)));
  const rows = backups.map(({ name, taken, bytes }) => $('<tr>').attr('data-backup', name).append($('<td>').text(name), $('<td>').text(shownTime(taken)), $('<td>').text(shownBytes(texts, bytes))));
  return $('<table>').append($('<thead>').append($('<tr>').append(head)), $('<tbody>').append(rows));
}

/** Today's date, with a number behind it where there is such a backup. */
function freeName(backups: readonly BackupSummary[]): string {
  const taken = new Set(backups.map(({ name }) => name));
  const now = new Date();
  const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
  let name = today;
  for (let number = 2; taken.has(name); number += 1) name = `${today}-${number}`;
  return name;
}
