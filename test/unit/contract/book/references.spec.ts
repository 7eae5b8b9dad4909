import assert from 'node:assert/strict';
import { checkCircles } from '../../../../core/contract/book/references.ts';
import { ContractError } from '../../../../core/contract/contract-error.ts';
import type { KnownContract, KnownContracts } from '../../../../core/contract/index.ts';

const refersTo = (...references: string[]): KnownContract => ({ version: 1, schema: { allOf: references.map(($ref) => ({ properties: { t: { $ref } } })) } });
const book = (contracts: Record<string, KnownContract[]>): KnownContracts => (id, version) => {
  const versions = Object.hasOwn(contracts, id) ? contracts[id] : undefined;
  return version === undefined ? versions?.at(-1) : versions?.find((one) => one.version === version);
};
const follow = (contracts: Record<string, KnownContract[]>): void => checkCircles('a', contracts['a']![0]!, book(contracts));

describe('Contracts that refer to one another', () => {
  it('may do so in a row, and meet again', () => {
    follow({ a: [refersTo('contract:b', 'contract:c@1', 'contract:nobody')], b: [refersTo('contract:d')], c: [refersTo('contract:d#/$defs/x')], d: [refersTo()] });
  });

  it('in a circle are told of by the way round', () => {
    assert.throws(() => follow({ a: [refersTo('contract:b')], b: [refersTo('contract:c@1')], c: [refersTo('contract:b')] }), (error: unknown) => {
      assert.ok(error instanceof ContractError);
      assert.match(error.message, /in a circle: contract:b@1 → contract:c@1 → contract:b@1\. Take one of these \$ref out/);
      return true;
    });
    assert.throws(() => follow({ a: [refersTo('contract:a')] }), /contract:a@1 → contract:a@1/);
  });

  it('refer to a former version of their own without a circle', () => {
    const former = refersTo();
    follow({ a: [{ ...refersTo('contract:a@2'), version: 1 }, { ...former, version: 2 }] });
  });

  it('in too long a row are refused, and many ways through a few end soon', () => {
    const row = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [index === 0 ? 'a' : `c${index}`, [refersTo(`contract:c${index + 1}`)]]));
    assert.throws(() => follow(row), /more than 32 contracts refer to one another in a row/);
    const doubled = Object.fromEntries(Array.from({ length: 31 }, (_, index) => [index === 0 ? 'a' : `c${index}`, [refersTo(`contract:c${index + 1}`, `contract:c${index + 1}`)]]));
    follow(doubled);
  });
});
