import { textsOf } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';

/** From this version on, a gateway that was saved without a limit has one; before, it had none. */
const VERSION = 2;

/** Says below the choice what it means. */
export function explainLimits(node: EditorNode): void {
  const over = $('#node-input-over');
  if (isFormer(node) && node['messagesPerSecond'] === undefined) $('#node-input-messagesPerSecond').val('0');
  const show = (): void => {
    $('#holdfast-over-meaning').text(textsOf(node.type)(`over.${textOf(over.val())}Meaning`));
    RED.tray.resize();
  };
  over.on('change', show);
  show();
}

/** What the dialog has shown is saved as it is meant now. */
export function saveVersion(node: EditorNode): void {
  if (isFormer(node)) node['version'] = VERSION;
}

function isFormer(node: EditorNode): boolean {
  return Number(node['version'] ?? 1) < VERSION;
}
