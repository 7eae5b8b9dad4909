import { HoldfastError } from '../errors/holdfast-error.ts';

/** A schema that cannot be a contract. Code `HOLDFAST_CONTRACT`. `place` is where in the schema, e.g. `properties/temperature/type`; empty for the whole. */
export class ContractError extends HoldfastError {
  readonly place: string;
  readonly #problem: string;

  constructor(place: string, problem: string, options?: ErrorOptions) {
    super('HOLDFAST_CONTRACT', `The contract's schema cannot be used${place === '' ? '' : `, at ${place}`}: ${problem}`, options);
    this.place = place;
    this.#problem = problem;
  }

  /** The same, told of another place: who finds the problem does not always know where it stands. */
  movedTo(place: string): ContractError {
    return new ContractError(place, this.#problem, { cause: this.cause });
  }
}
