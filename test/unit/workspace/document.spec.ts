import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomically } from '../../../core/workspace/atomic-file.ts';
import { makePrivate, WorkspaceDocument } from '../../../core/workspace/document.ts';
import type { DocumentFormat } from '../../../core/workspace/document.ts';

interface Note {
  text: string;
}

const FORMAT: DocumentFormat<Note> = {
  migrations: [],
  check(content) {
    if (typeof content['text'] !== 'string') throw new Error('its "text" is missing');
    return { ...content, text: content['text'] };
  },
  cure: 'Restore it from a backup.',
};

describe('a workspace document', () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-'));
    path = join(directory, 'note.json');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('has no content while there is no file, and has what was written when opened again', () => {
    const document = new WorkspaceDocument(path, FORMAT);
    assert.equal(document.content, undefined);
    document.write({ text: 'one' });
    assert.equal(new WorkspaceDocument(path, FORMAT).content?.text, 'one');
  });

  it('is readable by its owner alone and leaves no other file behind', () => {
    new WorkspaceDocument(path, FORMAT).write({ text: 'one' });
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(directory), ['note.json']);
  });

  it('keeps properties that it does not know', () => {
    writeFileSync(path, '{"version":1,"text":"one","later":[1]}');
    const document = new WorkspaceDocument(path, FORMAT);
    assert.ok(document.content);
    document.write({ ...document.content, text: 'two' });
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { version: 1, text: 'two', later: [1] });
  });

  for (const [what, text, reason] of [
    ['empty', '', 'it is empty'],
    ['cut off', '{"version":1,"te', 'it is not JSON'],
    ['a list', '[]', 'it is not a JSON object'],
    ['without a version', '{"text":"one"}', '"version" is missing'],
    ['without a field', '{"version":1}', 'its "text" is missing'],
  ] as const) {
    it(`that is ${what} is refused with the file, the reason and the cure, and left as it is`, () => {
      writeFileSync(path, text);
      assert.throws(
        () => new WorkspaceDocument(path, FORMAT),
        (error: Error & { code?: string }) => error.code === 'HOLDFAST_DAMAGED_FILE' && error.message.includes(path) && error.message.includes(reason) && error.message.endsWith(FORMAT.cure),
      );
      assert.equal(readFileSync(path, 'utf8'), text);
    });
  }

  it('of a newer version is refused with the advice to update', () => {
    writeFileSync(path, '{"version":2,"text":"one"}');
    assert.throws(() => new WorkspaceDocument(path, FORMAT), { code: 'HOLDFAST_NEWER_FILE', message: /newer Holdfast .*Update Holdfast/ });
  });

  it('of an older version is brought up to date step by step', () => {
    writeFileSync(path, '{"version":1,"words":["a","b"]}');
    const newer: DocumentFormat<Note> = {
      ...FORMAT,
      migrations: [(content) => ({ ...content, joined: (content['words'] as string[]).join('+') }), (content) => ({ text: `${String(content['joined'])}!` })],
    };
    const document = new WorkspaceDocument(path, newer);
    assert.equal(document.content?.text, 'a+b!');
    document.write({ text: 'c' });
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { version: 3, text: 'c' });
  });

  it('that others could read is made private', () => {
    writeFileAtomically(path, 'x', 0o644);
    assert.equal(makePrivate(path), true);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(makePrivate(path), false);
  });

  it('does not lend the permissions of a leftover of a crash to what is written', () => {
    writeFileSync(join(directory, '.note.json.tmp'), 'torn', { mode: 0o666 });
    writeFileAtomically(path, 'whole');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(readFileSync(path, 'utf8'), 'whole');
  });

  it('leaves nothing half-written when the new content cannot be put in place', () => {
    mkdirSync(path);
    assert.throws(() => writeFileAtomically(path, 'x'));
    assert.deepEqual(readdirSync(directory), ['note.json']);
  });
});
