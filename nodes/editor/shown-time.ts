/** A time as people of the editor's language write it, in the time zone of the browser. */
export function shownTime(milliseconds: number): string {
  return new Intl.DateTimeFormat(RED.i18n.lang(), { dateStyle: 'medium', timeStyle: 'medium' }).format(milliseconds);
}
