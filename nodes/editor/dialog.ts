import { showDefaults } from './settings.ts';
import { addStyle } from './style.ts';
import { reveal } from './tabs.ts';

/** What every dialog needs when it is opened. */
export function prepareDialog(node: EditorNode): void {
  const isConfig = RED.nodes.getType(node.type)?.category === 'config';
  const prefix = isConfig ? 'node-config-input' : 'node-input';
  const form = $(isConfig ? '#node-config-dialog-edit-form' : '#dialog-form').find('.holdfast-form');
  addStyle();
  showDefaults(node, prefix);
  form.find('.holdfast-more').on('toggle', () => RED.tray.resize());
  showProblems(node, prefix, form);
}

/** The editor marks a faulty input and says why when the mouse is over it; here it is said below the input as well. */
function showProblems(node: EditorNode, prefix: string, form: JQuery): void {
  const properties = Object.entries(RED.nodes.getType(node.type)?.defaults ?? {});
  const show = (): void => {
    for (const [property, { validate }] of properties) {
      const input = form.find(`#${prefix}-${property}`);
      const id = `holdfast-problem-${property}`;
      const problem = input.hasClass('input-error') ? validate?.call(node, input.val(), undefined) : true;
      const row = input.closest('.form-row');
      const shown = row.find(`#${id}`);
      if (typeof problem !== 'string' || row.hasClass('holdfast-whole')) {
        shown.remove();
        input.removeAttr('aria-describedby');
      } else if (shown.length > 0) {
        if (shown.text() !== problem) shown.text(problem);
      } else {
        $('<p class="holdfast-hint holdfast-problem" role="alert">').attr('id', id).text(problem).appendTo(row);
        input.attr('aria-describedby', id);
        // A fault in a closed section would be out of sight.
        row.closest('details').prop('open', true);
        reveal(row);
      }
    }
  };
  const [element] = form.toArray();
  if (element) new MutationObserver(show).observe(element, { subtree: true, attributes: true, attributeFilter: ['class'] });
  // The class stays when one fault follows another.
  form.on('change', 'input, select', () => void setTimeout(show));
}

/** The height that is left for one row of a dialog when it has `height` in all. */
export function heightLeft(height: number, row: JQuery): number {
  const others = $('#dialog-form .holdfast-form').children().not(row).toArray();
  return others.reduce((left, other) => left - ($(other).outerHeight(true) ?? 0), height);
}
