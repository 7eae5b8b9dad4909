import type { Trust } from '../../core/sample/sample.ts';
import { ask, sentence } from '../editor/ask.ts';
import { iconButton, unseen } from '../editor/buttons.ts';
import { suggestKnown } from '../editor/known-names.ts';
import { shownNumber } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';
import { pinChoice } from './pin-choice.editor.ts';
import { tagsCell, tagsIn } from './tags.editor.ts';
import { publishCommands } from './publish-command.editor.ts';

interface Principal {
  id: string;
  kind: 'device' | 'gateway' | 'application';
  profile: string;
  children: string[];
  tags?: string[];
  /** The version of its profile's contract to which a device is pinned. */
  contractVersion?: number;
  /** How far a device can be trusted, as far as it is known. */
  trust?: Trust;
}

/** "Who may connect" of a running backend. What is done there happens at once, not at the next deploy. `profileNames`: those the dialog holds. */
export function openPrincipals(node: EditorNode, profileNames: () => readonly string[]): void {
  const path = `holdfast-backend/${node.id}/principals`;
  const problem = $('#holdfast-principal-problem');
  const kind = $('#holdfast-principal-kind');
  const input = (name: string): JQuery => $(`#holdfast-principal-${name}`);

  const failed = (error: unknown): void => void problem.text(sentence(error));
  const refresh = (): Promise<void> =>
    ask<Principal[]>('GET', path).then((principals) => {
      $('#holdfast-principal-list').empty().append(principals.length === 0 ? $('<p>').text(node._('principals.none')) : table(principals));
      RED.tray.resize();
    }, failed);

  const issue = (principal: Principal): void => {
    problem.text('');
    void ask<{ id: string; secret: string }>('POST', path, principal).then(({ id, secret }) => {
      showSecret(node, { ...principal, id }, secret);
      $('#holdfast-principal-add input').val('');
      return refresh();
    }, failed);
  };

  const remove = (principal: Principal): void => {
    problem.text('');
    void ask('DELETE', `${path}/${encodeURIComponent(principal.id)}`).then(() => {
      $('#holdfast-secret').empty();
      return refresh();
    }, failed);
  };

  const profileCell = ({ id, profile, contractVersion }: Principal): JQuery => $('<td>').append($('<span>').text(profile), pinChoice({ node, id, profile, pinned: contractVersion, saved: () => void refresh(), failed }));

  const table = (principals: Principal[]): JQuery => {
    const head = $('<tr>').append(['id', 'kind', 'profile', 'tags', 'trust'].map((column) => $('<th scope="col">').text(node._(`principals.${column}`))), $('<th scope="col">').append(unseen(node._('principals.actions'))));
    const rows = principals.map((principal) =>
      $('<tr>').attr('data-principal', principal.id).append(
        $('<td>').text(principal.id),
        $('<td>').text(node._(`kinds.${principal.kind}`)),
        principal.kind === 'gateway' ? $('<td>').text(node._('principals.for', { devices: principal.children.join(', ') })) : profileCell(principal),
        principal.kind === 'device' ? tagsCell({ node, id: principal.id, tags: principal.tags ?? [], saved: () => void refresh(), failed }) : $('<td>'),
        trustCell(node, principal.trust),
        $('<td>').append(
          iconButton('fa-key', node._('principals.newSecret', { id: principal.id }), () => confirm(node, 'principals.confirmSecret', principal.id, () => issue(principal))),
          iconButton('fa-trash', node._('principals.remove', { id: principal.id }), () => confirm(node, 'principals.confirmRemove', principal.id, () => remove(principal))),
        ),
      ),
    );
    return $('<table>').append($('<thead>').append(head), $('<tbody>').append(rows));
  };

  const showKind = (): void => {
    $('.holdfast-for-gateway').toggle(kind.val() === 'gateway');
    $('.holdfast-for-device').toggle(kind.val() === 'device');
  };
  kind.on('change', showKind);
  showKind();

  const add = (): void => {
    const chosen = textOf(kind.val()) as Principal['kind'];
    const listed = textOf(input('children').val()).split(',').map((child) => child.trim());
    const tags = tagsIn(textOf(input('tags').val()));
    const principal: Principal = {
      id: textOf(input('id').val()).trim(),
      kind: chosen,
      profile: chosen === 'device' ? textOf(input('profile').val()).trim() : '',
      children: chosen === 'gateway' ? listed.filter((child) => child !== '') : [],
      // None given: those it has stay.
      ...(chosen === 'device' && tags.length > 0 && { tags }),
    };
    const known = $('#holdfast-principal-list tr').toArray().some((row) => row.dataset['principal'] === principal.id);
    if (known) confirm(node, 'principals.confirmExisting', principal.id, () => issue(principal));
    else issue(principal);
  };
  $('#holdfast-principal-add-button').on('click', add);
  input('id').on('keydown', (event) => {
    if (event.key === 'Enter') add();
  });

  suggestKnown(input('profile'), { backend: () => node.id, names: 'profiles', more: profileNames });
  suggestKnown(input('tags'), { backend: () => node.id, names: 'tags', list: true });
  suggestKnown(input('children'), { backend: () => node.id, names: 'devices', list: true });
  void refresh();
}

/** The score of the last day, with what it is made of. */
function trustCell(node: EditorNode, trust: Trust | undefined): JQuery {
  if (!trust) return $('<td>');
  const { score, good, clockError, gaps, breaks } = trust.day;
  const percent = (share: number): string => shownNumber(Math.round(share * 1_000) / 10);
  const meaning = node._('principals.trustMeaning', { good: percent(good), clock: shownNumber(Math.round(clockError / 1_000)), gaps: percent(gaps), breaks: percent(breaks) });
  return $('<td>').attr('title', meaning).append($('<span aria-hidden="true">').text(`${percent(score)} %`), unseen(`${percent(score)} %. ${meaning}`));
}

/** The secret is in the server's answer and nowhere else: when this box is gone, nobody can show it again. */
function showSecret(node: EditorNode, { id, kind }: Principal, secret: string): void {
  const box = $('<div class="holdfast-secret">').append(
    $('<p>').append($('<b>').text(node._('secret.title', { id }))),
    $('<p>').text(node._('secret.once')),
    copyable(node, 'secret.copy', secret, 'holdfast-secret-text'),
  );
  const commands = kind === 'device' ? publishCommands(node.id, id, secret) : [];
  if (commands.length > 0) box.append($('<p>').text(node._('secret.try')));
  for (const { protocol, command } of commands) {
    box.append($('<p class="holdfast-hint">').text(protocol.toUpperCase()), copyable(node, 'secret.copyCommand', command, `holdfast-secret-${protocol}`));
  }
  $('#holdfast-secret').empty().append(box);
  box[0]?.scrollIntoView({ block: 'nearest' });
}

function copyable(node: EditorNode, label: string, text: string, id: string): JQuery {
  const copy = iconButton('fa-clipboard', node._(label), () => {
    void navigator.clipboard.writeText(text).then(() => RED.notify(node._('secret.copied'), { type: 'success', timeout: 2_000 }), () => RED.notify(node._('secret.notCopied'), { type: 'warning' }));
  });
  return $('<div class="holdfast-copy">').append($('<pre tabindex="0">').attr('id', id).text(text), copy);
}

function confirm(node: EditorNode, key: string, id: string, agreed: () => void): void {
  const question = RED.notify($('<p>').text(node._(key, { id })), {
    type: 'warning', modal: true, fixed: true,
    buttons: [
      { text: node._('confirm.no'), click: () => question.close() },
      { text: node._('confirm.yes'), class: 'primary', click: () => { question.close(); agreed(); } },
    ],
  });
}
