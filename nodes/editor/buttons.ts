/** A small button with an icon; its label is for the tooltip and for screen readers. */
export function iconButton(icon: string, label: string, click: () => void): JQuery {
  const made = $('<button type="button" class="red-ui-button red-ui-button-small">').attr('aria-label', label).append($('<i aria-hidden="true">').addClass(`fa ${icon}`));
  RED.popover.tooltip(made, label);
  return made.on('click', click);
}

/** Text for screen readers alone. */
export function unseen(text: string): JQuery {
  return $('<span class="holdfast-unseen">').text(text);
}
