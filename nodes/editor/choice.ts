/** Chooses a value in a list. One that is not offered, from an imported flow, is added as it is: what is wrong with it is not mended unseen. */
export function choose(select: JQuery, value: string): JQuery {
  if (!select.find('option').toArray().some((option) => option.value === value)) $('<option>').val(value).text(value).appendTo(select);
  return select.val(value);
}
