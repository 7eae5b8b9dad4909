import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Contracts } from '../../../../core/contract/book/contracts.ts';
import type { ContractDefinition } from '../../../../core/contract/book/definition.ts';
import { UnknownContractError } from '../../../../core/contract/book/unknown-contract-error.ts';
import { ConfigError } from '../../../../core/errors/holdfast-error.ts';
import { Profiles } from '../../../../core/profile/profiles.ts';
import { readProfiles } from '../../../../core/profile/read-profiles.ts';
import type { Principal } from '../../../../core/registry/principal.ts';
import { DamagedFileError } from '../../../../core/workspace/damaged-file-error.ts';

describe('The contracts of a backend', () => {
  let folder: string;
  let path: string;
  const profiles = new Profiles();
  const principals = new Map<string, Principal>();
  const open = (): Contracts => new Contracts({ path, registry: { find: (id) => principals.get(id) }, profiles });
  const upTo = (maximum: number): object => ({ type: 'object', properties: { temperature: { type: 'number', maximum } } });
  const contract = (id: string, ...maxima: number[]): ContractDefinition => ({ id, versions: maxima.map((maximum, index) => ({ version: index + 1, schema: upTo(maximum) })) });
  const takes = (contracts: Contracts, temperature: number, id = 'press', version?: number): boolean => contracts.of(id, version).check({ temperature }).length === 0;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-contracts-'));
    path = join(folder, 'contracts.json');
    profiles.set([]);
    principals.clear();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are asked for by id, and by version or the newest', () => {
    const contracts = open();
    contracts.set([contract('press', 100, 90)]);
    assert.deepEqual([takes(contracts, 95), takes(contracts, 95, 'press', 1), takes(contracts, 95, 'press', 2)], [false, true, false]);
    assert.deepEqual([contracts.versions('press'), contracts.newest('press'), contracts.of('press').version], [[1, 2], 2, 2]);
    assert.equal(contracts.of('press'), contracts.of('press', 2), 'it is compiled once');
  });

  it('stay known in each version that was in force, after a flow has dropped them and after a restart', () => {
    const first = open();
    first.set([contract('press', 100), contract('van', 50)]);
    first.set([{ id: 'press', title: 'Presses', versions: [{ version: 2, schema: upTo(90), note: 'cooler' }] }]);
    first.set([]);
    for (const contracts of [first, open()]) {
      assert.deepEqual(contracts.definitions().map(({ id }) => id), ['press', 'van']);
      assert.deepEqual([takes(contracts, 95, 'press', 1), takes(contracts, 95, 'press', 2), takes(contracts, 45, 'van')], [true, false, true]);
      assert.deepEqual([contracts.definitions()[0]?.title, contracts.definitions()[0]?.versions[1]?.note], ['Presses', 'cooler']);
    }
  });

  it('go back with a flow that goes back to an older state', () => {
    const contracts = open();
    contracts.set([contract('press', 100, 90)]);
    contracts.set([contract('press', 100)]);
    assert.deepEqual([contracts.newest('press'), takes(contracts, 95), takes(contracts, 95, 'press', 2)], [1, true, false]);
  });

  it('do not change once they were in force: another schema needs another number, and nothing is half done', () => {
    const contracts = open();
    contracts.set([contract('press', 100, 90)]);
    const before = readFileSync(path, 'utf8');
    const changed = [contract('van', 5), contract('press', 100, 80)];
    assert.throws(() => contracts.set(changed), (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /version 2 of "press" was in force with another schema.*Raise the version: give the new schema the number 3/);
      return true;
    });
    assert.throws(() => contracts.check(changed), ConfigError);
    assert.deepEqual([readFileSync(path, 'utf8'), contracts.versions('van'), takes(contracts, 85)], [before, [], true]);
    assert.throws(() => contracts.set([{ id: 'press', versions: [{ version: 1, schema: upTo(100), dialect: 'draft-07' }] }]), /Raise the version/);
    contracts.set([{ id: 'press', title: 'New title', versions: [{ version: 1, schema: { properties: { temperature: { maximum: 100, type: 'number' } }, type: 'object' } }] }]);
  });

  it('are written only when something is new', () => {
    const contracts = open();
    contracts.set([]);
    assert.equal(existsSync(path), false);
    contracts.set([contract('press', 100)]);
    rmSync(path);
    contracts.set([contract('press', 100)]);
    assert.equal(existsSync(path), false);
    contracts.set([contract('press', 100, 90)]);
    assert.equal(existsSync(path), true);
  });

  it('are refused at the deploy when their schema can be none', () => {
    const contracts = open();
    const wrong = (schema: object): ContractDefinition[] => [{ id: 'press', versions: [{ version: 1, schema }] }];
    assert.throws(() => contracts.set(wrong({ type: 'object', properties: { t: { typ: 'number' } } })), (error: unknown) => error instanceof ConfigError && /contracts, row 1, version 1 of "press": .*"typ" is no keyword/.test(error.message));
    assert.throws(() => contracts.set(wrong({ properties: { t: { 'x-coerce': 'guess' } } })), /x-coerce cannot be "guess"\. Write true, or a list of number, integer, boolean, string, unit, null/);
    assert.throws(() => contracts.set(wrong({ properties: { t: { 'x-coerce': ['unit'] } } })), /has no x-unit to convert to/);
    assert.throws(() => contracts.set(wrong({ properties: { t: { 'x-unit': 'widgets', 'x-coerce': ['unit'] } } })), /cannot convert to "widgets"/);
    assert.throws(() => contracts.set(wrong({ properties: { t: { 'x-unit': 5 } } })), /x-unit is no unit/);
    assert.throws(() => contracts.set(wrong({ 'x-unit': 'Cel' })), /stands at the schema as a whole/);
    assert.deepEqual(contracts.definitions(), []);
  });

  it('that nobody has are told of, with what there is', () => {
    const contracts = open();
    contracts.set([contract('press', 100, 90)]);
    assert.throws(() => contracts.of('saw'), (error: unknown) => error instanceof UnknownContractError && /has no contract "saw"\. Add it under Contracts/.test(error.message));
    assert.throws(() => contracts.of('press', 7), /"press" has no version 7; it has 1, 2\. Name one of these/);
    assert.throws(() => contracts.of('constructor'), UnknownContractError);
  });

  it('are given to a device by its profile, in the version it is pinned to or the newest', () => {
    profiles.set(readProfiles([{ name: 'press', contract: 'press' }, { name: 'free' }, { name: 'lost', contract: 'gone' }]));
    const device = (id: string, profile: string, more: object = {}): void => void principals.set(id, { id, kind: 'device', profile, children: [], ...more });
    device('press-1', 'press');
    device('press-2', 'press', { contractVersion: 1 });
    device('press-3', 'press', { contractVersion: 9 });
    device('free-1', 'free');
    device('bare-1', '');
    device('lost-1', 'lost');
    const contracts = open();
    contracts.set([contract('press', 100, 90)]);
    assert.deepEqual(['press-1', 'press-2', 'free-1', 'bare-1', 'nobody'].map((id) => contracts.forDevice(id)?.version), [2, 1, undefined, undefined, undefined]);
    assert.equal(contracts.forDevice('simulated', 'press')?.version, 2);
    assert.equal(contracts.forDevice('free-1', 'press'), undefined, 'the registry says which profile it has');
    assert.throws(() => contracts.forDevice('lost-1'), /has no contract "gone"/);
    assert.throws(() => contracts.forDevice('press-3'), /has no version 9/);
    contracts.set([contract('press', 100, 90, 80)]);
    assert.deepEqual(['press-1', 'press-2'].map((id) => contracts.forDevice(id)?.version), [3, 1]);
  });

  it('are refused together when they are more than the file may hold', () => {
    const contracts = open();
    const long = Array.from({ length: 30 }, (_, index) => ({ id: `c${index}`, versions: [{ version: 1, schema: { title: 'x'.repeat(900_000) } }] }));
    assert.throws(() => contracts.set(long), /more than the 24000000 that are kept/);
  });

  it('in a file that is damaged are refused, and the file stays as it is', () => {
    for (const content of ['{', '[]', '{"version":1,"contracts":7}', '{"version":1,"contracts":[{"id":"a","versions":[]}]}']) {
      writeFileSync(path, content);
      assert.throws(open, (error: unknown) => error instanceof DamagedFileError && /contracts\.json is damaged \(.*\)\. Restore it from a backup, or delete it/.test(error.message), content);
      assert.equal(readFileSync(path, 'utf8'), content);
    }
    writeFileSync(path, '{"version":2,"contracts":[]}');
    assert.throws(open, /newer Holdfast/);
  });
});
