import { readContracts } from '../../core/contract/book/read-contracts.ts';
import { ConfigError } from '../../core/errors/holdfast-error.ts';
import { savedValue } from '../editor/settings.ts';
import { textsOf } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';

/** What a fault in one of these fields is called in the dialog. */
const FIELDS = ['id', 'title', 'versions', 'version', 'schema', 'dialect', 'note'];

/** Contracts that the server takes, as far as can be told without it. */
export function usableContracts(): Validator {
  return function (value, _options) {
    return contractsProblem(this, value ?? savedValue(this, 'contracts'));
  };
}

/** True, or what is wrong with the first contract that the server would refuse. The server's own rules decide. */
export function contractsProblem(node: EditorNode, contracts: unknown): true | string {
  try {
    readContracts(contracts);
    return true;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return sentenceOf(node, error, contracts);
  }
}

/** In the language of the editor where the dialog can make the mistake; else as the server says it. */
function sentenceOf(node: EditorNode, { field, message }: ConfigError, contracts: unknown): string {
  const [, row, key] = /^contracts, row (\d+)(?:.*, (\w+))?$/.exec(field) ?? [];
  if (row === undefined || key === undefined || !FIELDS.includes(key) || !Array.isArray(contracts)) return message;
  const ids = contracts.map((contract: unknown) => (typeof contract === 'object' && contract !== null && 'id' in contract ? textOf(contract.id).trim() : ''));
  const index = Number(row) - 1;
  const id = ids[index] ?? '';
  const isRepeated = key === 'id' && id !== '' && ids.indexOf(id) < index;
  const version = versionIn(contracts[index], Number(/versions, row (\d+)/.exec(field)?.[1] ?? '1') - 1);
  return textsOf(node.type)(`contracts.problems.${isRepeated ? 'sameId' : key}`, { row, id, version });
}

function versionIn(contract: unknown, index: number): string {
  const versions: unknown = typeof contract === 'object' && contract !== null && 'versions' in contract ? contract.versions : [];
  const version: unknown = Array.isArray(versions) ? versions[index] : undefined;
  return typeof version === 'object' && version !== null && 'version' in version ? textOf(version.version) : '';
}
