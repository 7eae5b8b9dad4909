import { currentValue, savedValue } from './settings.ts';
import { shared, shownNumber, textsOf } from './texts.ts';

/** Each answers true, or a sentence with the field, the value and the cure. The editor lets whole `${NAME}` values pass by itself. */

interface NumberLimits {
  minimum?: number;
  maximum?: number;
  whole?: boolean;
}

/** Text that must be there. */
export function requiredText(property: string, maximumLength = 1_000): Validator {
  return function (value, _options) {
    const text = textOf(value ?? savedValue(this, property)).trim();
    const field = labelOf(this, property);
    if (text === '') return shared('errors.required', { field });
    return text.length <= maximumLength || shared('errors.tooLong', { field, length: shownNumber(text.length), maximum: shownNumber(maximumLength) });
  };
}

/** Text that may be empty. */
export function optionalText(property: string, maximumLength = 1_000): Validator {
  return function (value, _options) {
    const { length } = textOf(value);
    return length <= maximumLength || shared('errors.tooLong', { field: labelOf(this, property), length: shownNumber(length), maximum: shownNumber(maximumLength) });
  };
}

/** A number within limits. */
export function numberWithin(property: string, limits: NumberLimits = {}): Validator {
  return function (value, _options) {
    return isNumberWithin(value ?? savedValue(this, property), limits) || numberSentence(labelOf(this, property), value, limits);
  };
}

/** One of the values that the dialog offers. */
export function oneOf(property: string, choices: readonly string[]): Validator {
  return function (value, _options) {
    return value === undefined || choices.includes(textOf(value)) || shared('errors.choice', { field: labelOf(this, property), value: textOf(value).slice(0, 40), choices: choices.join(', ') });
  };
}

/** On or off. */
export function onOrOff(property: string): Validator {
  return function (value, _options) {
    return value === undefined || typeof value === 'boolean' || oneOf(property, ['true', 'false']).call(this, value, undefined);
  };
}

/** A backend that exists and is complete itself. */
export function chosenBackend(): Validator {
  return function (value, _options) {
    const id = textOf(value);
    if (id === '' || id === '_ADD_') return shared('errors.noBackend');
    const backend = RED.nodes.node(id);
    if (!backend) return shared('errors.backendGone');
    return backend['valid'] !== false || shared('errors.backendInvalid');
  };
}

/** A value of the type that another property names, as a typedInput keeps them. */
export function typedValue(property: string, typeProperty: string, { absent }: { absent?: string } = {}): Validator {
  return function (value, _options) {
    const type = textOf(currentValue(this, typeProperty));
    if (type === absent) return true;
    const field = labelOf(this, property);
    const text = textOf(value ?? savedValue(this, property));
    if (text.trim() === '') return shared('errors.required', { field });
    return RED.utils.validateTypedProperty(text, type, { label: field });
  };
}

export function isNumberWithin(value: unknown, { minimum = -Infinity, maximum = Infinity, whole = false }: NumberLimits): boolean {
  const text = textOf(value).trim();
  const number = text === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) && number >= minimum && number <= maximum && (!whole || Number.isInteger(number));
}

export function numberSentence(field: string, value: unknown, { minimum, maximum, whole = false }: NumberLimits): string {
  const kind = shared(whole ? 'errors.wholeNumber' : 'errors.number');
  const text = textOf(value).slice(0, 40);
  if (minimum === undefined || maximum === undefined) return shared('errors.notNumber', { field, value: text, kind });
  return shared('errors.outOfRange', { field, value: text, kind, minimum: shownNumber(minimum), maximum: shownNumber(maximum) });
}

/** The label of a property in the dialog of the node. */
function labelOf(node: EditorNode, property: string): string {
  return textsOf(node.type)(`labels.${property}`);
}

/** Properties come as they were saved or as an input gives them: text, number or switch. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
