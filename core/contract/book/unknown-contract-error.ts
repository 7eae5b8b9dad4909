import { HoldfastError } from '../../errors/holdfast-error.ts';

/** A contract, or a version of one, that the backend does not have. Code `HOLDFAST_CONTRACT_UNKNOWN`. */
export class UnknownContractError extends HoldfastError {
  constructor(message: string) {
    super('HOLDFAST_CONTRACT_UNKNOWN', message);
  }
}
