import { ask } from '../editor/ask.ts';
import { choose } from '../editor/choice.ts';
import { textsOf } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';
import { versionsOf } from './contracts.editor.ts';
import { readProfileList } from './profiles.editor.ts';

interface PinChoiceOptions {
  node: EditorNode;
  id: string;
  profile: string;
  /** The version to which the device is pinned. */
  pinned: number | undefined;
  saved: () => void;
  failed: (error: unknown) => void;
}

/** Which version of its profile's contract holds for a device, saved at once; nothing where the profile has none. */
export function pinChoice({ node, id, profile, pinned, saved, failed }: PinChoiceOptions): JQuery {
  const texts = textsOf(node.type);
  const contract = readProfileList().find(({ name }) => name === profile)?.contract ?? '';
  if (profile === '' || (contract === '' && pinned === undefined)) return $();
  const select = $('<select>').attr('aria-label', texts('principals.pinOf', { id }));
  select.append($('<option>').val('').text(texts('principals.newest', { contract })), versionsOf(contract).map((version) => $('<option>').val(version).text(texts('principals.pinned', { contract, version }))));
  choose(select, pinned === undefined ? '' : String(pinned));
  select.on('change', () => {
    const version = textOf(select.val());
    void ask('PATCH', `holdfast-backend/${node.id}/principals/${encodeURIComponent(id)}`, { contractVersion: version === '' ? null : Number(version) }).then(saved, failed);
  });
  return $('<div class="holdfast-pin">').append(select);
}
