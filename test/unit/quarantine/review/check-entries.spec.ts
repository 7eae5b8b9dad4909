import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../../core/clock/clock.ts';
import { Contracts } from '../../../../core/contract/book/contracts.ts';
import { Profiles } from '../../../../core/profile/profiles.ts';
import { checkEntries, checkEntry } from '../../../../core/quarantine/review/check-entries.ts';
import type { CheckContext } from '../../../../core/quarantine/review/check-entries.ts';
import { entryOf, MemoryQuarantine } from './memory-quarantine.ts';

const upTo = (maximum: number): object => ({ type: 'object', required: ['temperature'], properties: { temperature: { type: 'number', maximum } } });

describe('a check of what waits in quarantine', () => {
  let directory: string;
  let contracts: Contracts;
  let context: CheckContext;
  const profiles = new Profiles();
  const principals: Record<string, { profile: string; contractVersion?: number }> = { 'press-1': { profile: 'press' }, 'press-2': { profile: 'press', contractVersion: 1 }, 'room-1': { profile: '' } };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-check-'));
    profiles.set([{ name: 'press', format: 'auto', maximumAge: 0, metrics: {}, contract: 'press' }]);
    const registry = { find: (id: string) => (principals[id] ? { id, kind: 'device' as const, children: [], created: 0, ...principals[id] } : undefined) };
    contracts = new Contracts({ path: join(directory, 'contracts.json'), registry, profiles });
    context = { registry, profiles, contracts, clock: systemClock };
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const broken = { contract: { id: 'press', version: 1 } };

  it('says that it would pass when the contract it broke has been mended, and why not before that', () => {
    contracts.set([{ id: 'press', versions: [{ version: 1, schema: upTo(200) }] }]);
    const before = checkEntry(entryOf(1, broken), context);
    assert.equal(before.outcome, 'breaks');
    assert.match(before.detail, /^It breaks the contract "press", version 1: .*temperature.*300/);
    assert.equal(before.reasons?.[0]?.rule, 'maximum');
    contracts.set([{ id: 'press', versions: [{ version: 1, schema: upTo(200) }, { version: 2, schema: upTo(400) }] }]);
    assert.deepEqual(checkEntry(entryOf(1, broken), context), { id: 1, outcome: 'passes', detail: 'It meets the contract "press", version 2.', contract: { id: 'press', version: 2 } });
  });

  it('asks the version that a device is pinned to', () => {
    contracts.set([{ id: 'press', versions: [{ version: 1, schema: upTo(200) }, { version: 2, schema: upTo(400) }] }]);
    assert.equal(checkEntry(entryOf(1, { ...broken, device: 'press-2' }), context).outcome, 'breaks');
  });

  it('asks the contract of the profile for what came here for another reason', () => {
    contracts.set([{ id: 'press', versions: [{ version: 1, schema: upTo(200) }] }]);
    assert.equal(checkEntry(entryOf(1, { reason: 'dead-letter' }), context).outcome, 'breaks');
    assert.equal(checkEntry(entryOf(1, { reason: 'dead-letter', device: 'room-1' }), context).outcome, 'readable');
  });

  it('cannot tell what a contract says that stands in a node, nor what Sparkplug means', () => {
    assert.match(checkEntry(entryOf(1, { device: 'room-1', contract: { id: 'of-a-node', version: 3 } }), context).detail, /"of-a-node" is none of the backend/);
    assert.equal(checkEntry(entryOf(1, { format: 'sparkplug-b' }), context).outcome, 'unknown');
  });

  it('says why bytes cannot be read', () => {
    const verdict = checkEntry(entryOf(1, { reason: 'syntax', payload: Buffer.from('{"temperature":') }), context);
    assert.equal(verdict.outcome, 'unreadable');
    assert.match(verdict.detail, /JSON/);
  });

  it('says that what breaks the contract would pass where it is coerced', () => {
    contracts.set([{ id: 'press', versions: [{ version: 1, schema: { type: 'object', properties: { temperature: { type: 'number', 'x-coerce': ['number'] } } } }] }]);
    const { outcome, detail } = checkEntry(entryOf(1, { ...broken, payload: Buffer.from('{"temperature":"20.5"}') }), context);
    assert.equal(outcome, 'breaks');
    assert.match(detail, /a validate node that coerces would let it pass/);
  });

  it('looks at the one sample of a message that is meant, or at all of them', () => {
    contracts.set([{ id: 'press', versions: [{ version: 1, schema: upTo(200) }] }]);
    const payload = Buffer.from('[{"ts":1000,"temperature":20},{"ts":2000,"temperature":300},{"ts":3000,"temperature":301}]');
    assert.equal(checkEntry(entryOf(1, { ...broken, payload, sample: 0 }), context).outcome, 'passes');
    assert.equal(checkEntry(entryOf(1, { ...broken, payload, sample: 1 }), context).outcome, 'breaks');
    assert.match(checkEntry(entryOf(1, { ...broken, payload }), context).detail, /^2 of its 3 samples break the contract "press", version 1: /);
  });

  it('looks at the newest of a filter, as many as asked for, and counts what it finds', async () => {
    contracts.set([{ id: 'press', versions: [{ version: 1, schema: upTo(200) }] }]);
    const quarantine = new MemoryQuarantine(Array.from({ length: 50 }, (_, index) => entryOf(index + 1, { ...broken, ...(index % 5 === 0 && { payload: Buffer.from('{"temperature":20}') }) })));
    const { verdicts, counts } = await checkEntries(quarantine, {}, 40, context);
    assert.deepEqual([verdicts.length, verdicts[0]?.id, verdicts.at(-1)?.id], [40, 50, 11]);
    assert.deepEqual(counts, { passes: 8, readable: 0, breaks: 32, unreadable: 0, unknown: 0 });
    assert.equal(quarantine.entries.length, 50);
  });
});
