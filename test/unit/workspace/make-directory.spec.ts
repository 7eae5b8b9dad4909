import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDirectory } from '../../../core/workspace/make-directory.ts';

describe('a directory that is made', () => {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-directory-'));
  after(() => rmSync(root, { recursive: true, force: true }));

  it('has all levels above it, each for its owner alone, and may be there already', () => {
    const path = join(root, 'a', 'b', 'c');
    makeDirectory(path);
    makeDirectory(path);
    assert.deepEqual([join(root, 'a'), path].map((one) => statSync(one).mode & 0o777), [0o700, 0o700]);
  });

  it('is refused where a file stands in the way', () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    assert.throws(() => makeDirectory(file), { code: 'EEXIST' });
    assert.throws(() => makeDirectory(join(file, 'below')), { code: 'ENOTDIR' });
  });

  it('is refused at once where the system has no such place', () => {
    if (process.platform !== 'linux') return;
    assert.throws(() => makeDirectory('/proc/holdfast/data'));
  });
});
