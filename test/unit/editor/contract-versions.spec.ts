import assert from 'node:assert/strict';
import { editedVersions, nextVersion, savedVersion } from '../../../nodes/backend/contract-versions.ts';

describe('The versions of a contract in the dialog', () => {
  const schema = { type: 'object', properties: { temperature: { type: 'number' } } };

  it('are shown oldest first, their schemas as text, and saved as they were', () => {
    const versions = [{ version: 10, schema, note: 'cooler' }, { version: 9, schema, dialect: 'draft-07' }];
    const edited = editedVersions({ id: 'press', versions });
    assert.deepEqual(edited.map(({ version }) => version), [9, 10]);
    assert.equal(edited[0]?.text, JSON.stringify(schema, null, 2));
    assert.deepEqual(edited.map(savedVersion), [versions[1], versions[0]]);
  });

  it('keep what cannot be read as it was typed', () => {
    const [edited] = editedVersions({ id: 'press', versions: [{ version: 'two', schema: '{ "type": ' }] });
    assert.deepEqual(savedVersion(edited!), { version: 'two', schema: '{ "type": ' });
  });

  it('begin with one that works, where there is none', () => {
    const [first, ...others] = editedVersions({});
    assert.deepEqual([first?.version, others.length], [1, 0]);
    assert.equal((savedVersion(first!).schema as { type: string }).type, 'object');
  });

  it('go on with a copy of the newest, under a number that nobody has used', () => {
    const versions = editedVersions({ versions: [{ version: 1, schema: {} }, { version: 2, schema, dialect: '2019-09', note: 'cooler' }] });
    assert.deepEqual(nextVersion(versions, []), { version: 3, text: JSON.stringify(schema, null, 2), dialect: '2019-09', note: '' });
    assert.equal(nextVersion(versions, [1, 2, 7]).version, 8);
  });
});
