import { ask, sentence } from '../editor/ask.ts';
import { shownNumber, textsOf } from '../editor/texts.ts';

interface Refused {
  kept: number;
  entries: { at: string; reason: string; sent: { id?: string } }[];
}

/** Shows how much upstream has refused, where it has refused something, and why the last of it, with a button that sends it again. A node that is not deployed yet has refused nothing. */
export function showRefused(node: EditorNode): void {
  const texts = textsOf(node.type);
  const path = `${node.type}/${node.id}/refused`;
  const section = $('<section class="holdfast-refused" role="status">').hide().insertBefore('#dialog-form .holdfast-try');
  const told = $('<p class="holdfast-hint">');
  const button = $('<button type="button" class="red-ui-button">').text(texts('refused.again'));
  section.append(told, button);

  button.on('click', () => {
    button.prop('disabled', true);
    void ask<{ again: number }>('POST', path, {})
      .then(({ again }) => told.text(texts('refused.sent', { count: shownNumber(again) })), (error: unknown) => told.text(sentence(error)))
      .finally(() => RED.tray.resize());
  });
  void ask<Refused>('GET', path).then(({ kept, entries: [last] }) => {
    if (kept === 0 || !last) return;
    told.text(texts('refused.kept', { count: shownNumber(kept), id: last.sent.id ?? '', reason: last.reason }));
    section.show();
    RED.tray.resize();
  }, () => undefined);
}
