import { messageOf } from '../errors/holdfast-error.ts';
import { ContractError } from './contract-error.ts';

/** Characters of a schema as JSON. The work of compiling one grows with its length. */
const LONGEST_SCHEMA = 2_000_000;

/** A copy of a schema that is given as a value or as JSON text. Throws ContractError for what is no JSON. */
export function copyOfSchema(given: unknown): unknown {
  const text = textOf(given);
  if (text !== undefined && text.length > LONGEST_SCHEMA) {
    throw new ContractError('', `it has ${text.length} characters; a schema may have ${LONGEST_SCHEMA}. Split it, or shorten it.`);
  }
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch (cause) {
    throw new ContractError('', `it is not JSON (${messageOf(cause)}). Correct the text; a JSON checker shows the place.`, { cause });
  }
}

function textOf(given: unknown): string | undefined {
  try {
    return typeof given === 'string' ? given : JSON.stringify(given);
  } catch (cause) {
    throw new ContractError('', `it cannot be written as JSON (${messageOf(cause)}). Give plain objects, lists, texts, numbers, true, false and null.`, { cause });
  }
}
