/** Asks the pane in which it happens to come to the front. */
const REVEAL = 'holdfast-reveal';

interface Pane {
  /** The id of the element that the tab shows. */
  id: string;
  label: string;
}

/** Makes Node-RED's tabs of an empty list, one for each pane; the first is shown. They work with the keyboard: arrows, Enter, Space. */
export function openTabs(list: string, panes: readonly Pane[]): void {
  const show = ({ id }: { id: string }): void => {
    for (const pane of panes) {
      $(`#${pane.id}`).toggle(pane.id === id);
      linkOf(list, pane.id).attr({ 'aria-selected': String(pane.id === id), tabindex: pane.id === id ? 0 : -1 });
    }
    RED.tray.resize();
  };
  const tabs = RED.tabs.create({ id: list, onchange: show });
  for (const { id, label } of panes) {
    tabs.addTab({ id, label });
    linkOf(list, id).attr({ id: `${id}-tab`, role: 'tab', 'aria-controls': id }).parent().attr('role', 'presentation');
    $(`#${id}`).attr({ role: 'tabpanel', 'aria-labelledby': `${id}-tab` }).on(REVEAL, () => tabs.activateTab(id));
  }
  $(`#${list}`).attr('role', 'tablist').on('keydown', 'a', (event) => {
    const { id: tab } = event.currentTarget as HTMLElement;
    const to = reached(panes.findIndex(({ id }) => tab === `${id}-tab`), panes.length, event.key);
    const pane = to === undefined ? undefined : panes[to];
    if (!pane) return;
    event.preventDefault();
    tabs.activateTab(pane.id);
    linkOf(list, pane.id).trigger('focus');
  });
  const [first] = panes;
  if (first) show(first);
}

/** Brings the pane that an element stands in to the front, so that nobody has to look for what is wrong. */
export function reveal(element: JQuery): void {
  const pane = element.closest('[role="tabpanel"]');
  if (!pane.is(':visible')) pane.trigger(REVEAL);
}

/** The tab that a key leads to from another; undefined for other keys. */
function reached(from: number, count: number, key: string): number | undefined {
  switch (key) {
    case 'Enter':
    case ' ':
      return from;
    case 'ArrowRight':
      return (from + 1) % count;
    case 'ArrowLeft':
      return (from + count - 1) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

function linkOf(list: string, id: string): JQuery {
  return $(`#${list} a[href="#${id}"]`);
}
