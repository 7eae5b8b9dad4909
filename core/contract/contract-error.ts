import { HoldfastError } from '../errors/holdfast-error.ts';

/** A schema that cannot be a contract. Code `HOLDFAST_CONTRACT`. `place` is where in the schema, e.g. `properties/temperature/type`; empty for the whole. */
export class ContractError extends HoldfastError {
  readonly place: string;

  constructor(place: string, problem: string, options?: ErrorOptions) {
    super('HOLDFAST_CONTRACT', `The contract's schema cannot be used${place === '' ? '' : `, at ${place}`}: ${problem}`, options);
    this.place = place;
  }
}
