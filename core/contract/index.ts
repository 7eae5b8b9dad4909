export { compileContract } from './contract.ts';
export type { Contract, ContractSource } from './contract.ts';
export { ContractError } from './contract-error.ts';
export { DIALECTS } from './dialect.ts';
export type { Dialect } from './dialect.ts';
export type { KnownContract, KnownContracts } from './known-contracts.ts';
export { compileSchema } from './schema.ts';
export type { CompiledSchema, SchemaOptions } from './schema.ts';
