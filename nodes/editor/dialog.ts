import { addStyle } from './style.ts';

/** What every dialog needs when it is opened. */
export function prepareDialog(form: '#dialog-form' | '#node-config-dialog-edit-form' = '#dialog-form'): void {
  addStyle();
  // A fault in a closed section would be out of sight.
  const more = $(`${form} .holdfast-more`);
  more.on('toggle', () => RED.tray.resize());
  more.each((_index, section) => {
    new MutationObserver(() => {
      if ($(section).find('.input-error').length > 0) $(section).prop('open', true);
    }).observe(section, { subtree: true, attributes: true, attributeFilter: ['class'] });
  });
}

/** The height that is left for one row of a dialog when it has `height` in all. */
export function heightLeft(height: number, row: JQuery): number {
  const others = $('#dialog-form .holdfast-form').children().not(row).toArray();
  return others.reduce((left, other) => left - ($(other).outerHeight(true) ?? 0), height);
}
