import { ConfigError } from '../../core/errors/holdfast-error.ts';
import { readConfig } from '../harness/config.ts';
import { textsOf } from '../editor/texts.ts';
import { savedValue } from '../editor/settings.ts';
import { textOf } from '../editor/validators.ts';
import { CONFIG } from './config.ts';
import { TEST_FIELDS } from './test-fields.ts';

type ListName = 'tests' | 'alterations';

/** Rows that the server takes. */
export function usableRows(list: ListName): Validator {
  return function (value, _options) {
    return rowsProblem(this, list, value ?? savedValue(this, list));
  };
}

/** True, or what is wrong with the first row that the server would refuse. The server's own rules decide. */
export function rowsProblem(node: EditorNode, list: ListName, rows: unknown): true | string {
  try {
    readConfig(CONFIG, { version: CONFIG.version, [list]: rows });
    return true;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return sentenceOf(node, list, error, rows);
  }
}

/** In the language of the editor where the dialog can make the mistake; else as the server says it. */
function sentenceOf(node: EditorNode, list: ListName, { field, message }: ConfigError, rows: unknown): string {
  const texts = textsOf(node.type);
  const row = Number(/, row (\d+)/.exec(field)?.[1]);
  const saved: unknown = Array.isArray(rows) ? (rows as unknown[])[row - 1] : undefined;
  if (typeof saved !== 'object' || saved === null) return message;
  if (list === 'alterations') return texts('problems.alteration', { row });
  const test = 'test' in saved ? textOf(saved.test) : '';
  const fields = TEST_FIELDS[test];
  if (!fields) return texts('problems.test', { row });
  const wrong = fields.find(({ option }) => field.split(', ').some((part) => part.split(/[.[]/)[0] === option));
  if (!wrong) return message;
  return texts('problems.option', { row, test: texts(`testNames.${test}`), option: texts(`options.${wrong.option}`) });
}
