/** A text in the language of the editor; `__name__` in it is replaced by the value of that name. */
export type Texts = (key: string, values?: TextValues) => string;

/** The texts of a node type, from `locales/<language>/<node>.json`. */
export function textsOf(type: string): Texts {
  return (key, values) => RED.nodes.getType(type)?._?.(key, values) ?? key;
}

/** The texts that dialogs share; they stand in the catalogue of the backend, which is always installed with the others. */
export const shared: Texts = (key, values) => textsOf('holdfast-backend')(`shared.${key}`, values);

/** A number as people of that language write it. */
export function shownNumber(value: number): string {
  return new Intl.NumberFormat(RED.i18n.lang(), { maximumFractionDigits: 6 }).format(value);
}
