import { messageOf } from '../../errors/holdfast-error.ts';
import { WorkspaceDocument } from '../../workspace/document.ts';
import type { ContractDefinition } from './definition.ts';
import { readContracts } from './read-contracts.ts';

/** All that `contracts.json` holds: each version of a contract that was ever in force. */
interface KeptContracts {
  contracts: ContractDefinition[];
}

const FORMAT = {
  migrations: [],
  check(content: Record<string, unknown>): KeptContracts {
    try {
      return { contracts: readContracts(content['contracts']) };
    } catch (error) {
      throw new Error(messageOf(error).replace(/\.$/, ''), { cause: error });
    }
  },
  cure: 'Restore it from a backup, or delete it: then the contracts in the flow stand in it again after the next deploy, and their former versions are gone.',
};

/**
 * Opens the file that keeps the contracts of a backend.
 *
 * @throws DamagedFileError when it cannot be used.
 */
export function openContractFile(path: string): WorkspaceDocument<KeptContracts> {
  return new WorkspaceDocument(path, FORMAT);
}
