import { choose } from '../editor/choice.ts';
import { chosenBackendId, suggestKnown } from '../editor/known-names.ts';
import { textsOf } from '../editor/texts.ts';
import type { Texts } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';
import type { TestField } from './test-fields.ts';

/** The input of one option of a test. */
export interface FieldInput {
  readonly option: string;
  readonly element: JQuery;
  /** As it is saved; undefined: left empty. What is no number stays as it was typed. */
  read(): unknown;
}

/** The input for an option, with what was saved of it. */
export function fieldInput(node: EditorNode, field: TestField, saved: unknown, changed: () => void): FieldInput {
  const texts = textsOf(node.type);
  const label = texts(`options.${field.option}`);
  switch (field.kind) {
    case 'choice':
      return choiceInput(texts, field.option, label, field.choices, saved);
    case 'span':
      return spanInput(texts, field.option, label, saved);
    case 'json':
      return jsonInput(texts, field.option, label, saved, changed);
    case 'numbers':
      return textInput(field.option, label, Array.isArray(saved) ? saved.map(textOf).join(', ') : textOf(saved), numbersOf);
    case 'number':
      return textInput(field.option, label, textOf(saved), numberOf, 'decimal');
    default: {
      const input = textInput(field.option, label, textOf(saved), (text) => text);
      const names = { metric: 'metrics', tag: 'tags', text: undefined } as const;
      const known = names[field.kind];
      if (known) suggestKnown(input.element.find('input'), { backend: chosenBackendId, names: known });
      return input;
    }
  }
}

function labelled(label: string, ...inputs: JQuery[]): JQuery {
  return $('<label>').append($('<span>').text(label), ...inputs);
}

function textInput(option: string, label: string, value: string, read: (text: string) => unknown, mode = 'text'): FieldInput {
  const input = $('<input type="text">').attr('inputmode', mode).val(value);
  return {
    option,
    element: labelled(label, input),
    read() {
      const text = textOf(input.val()).trim();
      return text === '' ? undefined : read(text);
    },
  };
}

/** The first choice is what the test takes by itself, and is not saved. */
function choiceInput(texts: Texts, option: string, label: string, choices: readonly string[], saved: unknown): FieldInput {
  const input = choose($('<select>').append(choices.map((one) => $('<option>').val(one).text(texts(`choices.${one}`)))), textOf(saved ?? choices[0]));
  return { option, element: labelled(label, input), read: () => (input.val() === choices[0] ? undefined : textOf(input.val())) };
}

function spanInput(texts: Texts, option: string, label: string, saved: unknown): FieldInput {
  const ends: readonly unknown[] = Array.isArray(saved) ? saved : [];
  const [low, high] = ['low', 'high'].map((end, index) => $('<input type="text" inputmode="decimal">').attr('aria-label', `${label}, ${texts(`options.${end}`)}`).val(textOf(ends[index] ?? '')));
  const span = $('<span class="holdfast-quality-span">').append(low ?? '', $('<span>').text('–'), high ?? '');
  return {
    option,
    element: $('<div class="holdfast-quality-field">').append($('<span>').text(label), span),
    read() {
      const read = [low, high].map((input) => {
        const text = textOf(input?.val()).trim();
        return text === '' ? null : numberOf(text);
      });
      return read.every((end) => end === null) ? undefined : read;
    },
  };
}

/** For what is too much for a row: it is shown in one line, and edited as JSON. */
function jsonInput(texts: Texts, option: string, label: string, saved: unknown, changed: () => void): FieldInput {
  let value: unknown = saved;
  const shown = $('<code>');
  const show = (): void => {
    const text = value === undefined ? texts('options.none') : JSON.stringify(value);
    shown.text(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  };
  const button = $('<button type="button" class="red-ui-button red-ui-button-small">').attr('aria-label', `${label}: ${texts('options.edit')}`).append('<i class="fa fa-pencil" aria-hidden="true"></i> ', $('<span>').text(texts('options.edit')));
  button.on('click', () => {
    const text = value === undefined ? texts(`examples.${option}`) : JSON.stringify(value, null, 2);
    RED.editor.editJSON({
      title: label, value: text,
      complete(edited) {
        value = parsed(edited);
        show();
        changed();
      },
    });
  });
  show();
  return { option, element: $('<div class="holdfast-quality-field holdfast-quality-json">').append($('<span>').text(label), $('<span class="holdfast-quality-span">').append(shown, button)), read: () => value };
}

function parsed(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** A comma as decimal sign is understood. */
function numberOf(text: string): number | string {
  const number = Number(text.replace(',', '.'));
  return Number.isFinite(number) ? number : text;
}

function numbersOf(text: string): Array<number | string> {
  return text.split(/[;,\s]+/).filter((one) => one !== '').map((one) => (Number.isFinite(Number(one)) ? Number(one) : one));
}
