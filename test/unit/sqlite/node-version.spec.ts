import assert from 'node:assert/strict';
import { NodeVersionError, sqlite } from '../../../core/sqlite/sqlite-module.ts';

describe('node:sqlite', () => {
  const { getBuiltinModule } = process;
  afterEach(() => void (process.getBuiltinModule = getBuiltinModule));

  it('is there on this Node.js', () => assert.equal(typeof sqlite().DatabaseSync, 'function'));

  it('is missed in a sentence with the cure on an older one', () => {
    process.getBuiltinModule = () => undefined;
    assert.throws(sqlite, (error) => error instanceof NodeVersionError && error.code === 'HOLDFAST_NODE_VERSION' && /needs Node\.js 22\.13 or newer; this is \d+\..*Update Node\.js/.test(error.message));
  });
});
