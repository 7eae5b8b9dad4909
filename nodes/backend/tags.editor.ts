import { ask } from '../editor/ask.ts';
import { iconButton } from '../editor/buttons.ts';
import { suggestKnown } from '../editor/known-names.ts';
import { textsOf } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';

interface TagsCellOptions {
  node: EditorNode;
  id: string;
  tags: readonly string[];
  /** Takes the other tags over, or says what is wrong. */
  saved: () => void;
  failed: (error: unknown) => void;
}

/** The tags of a device in the list of who may connect, and a button that makes a field of them. They are saved at once, with Enter or the button. */
export function tagsCell({ node, id, tags, saved, failed }: TagsCellOptions): JQuery {
  const texts = textsOf(node.type);
  const cell = $('<td class="holdfast-tags">');
  const save = (text: string): void => void ask('PATCH', `holdfast-backend/${node.id}/principals/${encodeURIComponent(id)}`, { tags: tagsIn(text) }).then(saved, failed);
  const edit = (): void => {
    const input = $('<input type="text" placeholder="hall-2, line-a">').attr('aria-label', texts('principals.tagsOf', { id })).val(tags.join(', '));
    suggestKnown(input, { backend: () => node.id, names: 'tags', list: true });
    input.on('keydown', (event) => {
      if (event.key === 'Enter') save(textOf(input.val()));
      if (event.key !== 'Escape') return;
      // Escape would close the whole dialog.
      event.stopPropagation();
      show();
    });
    cell.empty().append(input, iconButton('fa-check', texts('principals.saveTags', { id }), () => save(textOf(input.val()))));
    input.trigger('focus');
  };
  const show = (): void => {
    cell.empty().append($('<span>').text(tags.join(', ')), iconButton('fa-tag', texts('principals.tagsOf', { id }), edit));
  };
  show();
  return cell;
}

/** The tags in a text with commas. */
export function tagsIn(text: string): string[] {
  return text.split(',').map((tag) => tag.trim()).filter((tag) => tag !== '');
}
