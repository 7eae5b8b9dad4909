/** The rows of an editable list. One that was just removed still fades out there, and is none any more. */
export function listRows(list: string): JQuery[] {
  return $(list).editableList('items').toArray().map((row) => $(row)).filter((row) => !row.parent().hasClass('red-ui-editableList-item-deleting'));
}
