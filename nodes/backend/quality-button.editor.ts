import { iconButton } from '../editor/buttons.ts';

/** A button behind which quality tests are written as JSON. */
export interface QualityButton {
  readonly element: JQuery;
  /** As it is saved; nothing where there are none. What cannot be read stays as it was typed, for the validator to name it. */
  read(): { quality?: unknown };
}

/** @param example what stands in the editor where there are no tests yet. */
export function qualityButton(label: string, saved: unknown, example: object, changed: () => void): QualityButton {
  let value: unknown = saved;
  const element = iconButton('fa-check-square-o', label, () => {
    RED.editor.editJSON({
      title: label, value: JSON.stringify(value ?? example, null, 2),
      complete(edited) {
        value = parsed(edited);
        show();
        changed();
      },
    });
  });
  const show = (): void => void element.toggleClass('primary', isGiven(value));
  show();
  return { element, read: () => (isGiven(value) ? { quality: value } : {}) };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && JSON.stringify(value) !== '{}';
}

function parsed(text: string): unknown {
  try {
    return text.trim() === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}
