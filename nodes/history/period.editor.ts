import { textOf } from '../editor/validators.ts';

/** What `from` is for a period that people often want; `to` is empty then. */
const PERIODS = ['-1h', '-24h', '-7d', '-30d', 'today', 'yesterday', 'this week', 'last week', 'this month', 'last month', 'this year'];

/** A choice of periods that fills in "from" and "to"; these two are shown only where none of them fits. */
export function openPeriod(node: EditorNode): void {
  const choice = $('#holdfast-period');
  const [from, to] = [$('#node-input-from'), $('#node-input-to')];
  choice.empty().append(PERIODS.map((period) => $('<option>').val(period).text(node._(`periods.${period}`))), $('<option>').val('custom').text(node._('periods.custom')));
  const [begin, end] = [textOf(from.val()).trim() || '-24h', textOf(to.val()).trim()];
  choice.val(PERIODS.includes(begin) && (end === '' || end === 'now') ? begin : 'custom');
  choice.on('change', () => {
    const chosen = textOf(choice.val());
    if (chosen !== 'custom') {
      from.val(chosen).trigger('change');
      to.val('').trigger('change');
    }
    $('.holdfast-when-custom').toggle(chosen === 'custom');
    if (chosen === 'custom') from.trigger('focus');
    RED.tray.resize();
  });
}
