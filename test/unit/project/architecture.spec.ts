import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root, sourceFiles, type SourceFile } from './source-files.ts';

const LONGEST_FILE = 300;

describe('the rooms of the project', () => {
  it('keep every source file under 300 lines', () => {
    const long = sourceFiles(['core', 'nodes', 'scripts', 'bench'], '.ts').filter(({ text }) => text.split('\n').length > LONGEST_FILE);
    assert.deepEqual(long.map(({ name }) => name), []);
  });

  it('let core import only core, Node.js and the packages that are installed with it', () => {
    const allowed = installedPackages();
    const wrong = imports('core').filter(({ from, specifier }) =>
      specifier.startsWith('.') ? !path.posix.join(path.posix.dirname(from), specifier).startsWith('core/') : !specifier.startsWith('node:') && !allowed.has(packageName(specifier)),
    );
    assert.deepEqual(wrong, []);
  });

  it('let nodes import only nodes, core, Node.js and the packages that are installed with them', () => {
    const allowed = installedPackages();
    const wrong = imports('nodes').filter(({ from, specifier }) =>
      specifier.startsWith('.') ? !/^(core|nodes)\//.test(path.posix.join(path.posix.dirname(from), specifier)) : !specifier.startsWith('node:') && !allowed.has(packageName(specifier)),
    );
    assert.deepEqual(wrong, []);
  });

  it('take the time in core from the Clock alone', () => {
    const files = sourceFiles(['core'], '.ts').filter(({ name }) => !name.startsWith('core/clock/'));
    assert.deepEqual(lines(files, /\b(Date|performance)\.now\b|\bnew Date\(\)|(?<![.\w])(setTimeout|setInterval)\(/), []);
  });

  it('take chance in core from a seed alone', () => {
    assert.deepEqual(lines(sourceFiles(['core'], '.ts'), /\bMath\.random\b/), []);
  });

  it('use no any and switch no check off without a reason', () => {
    const files = sourceFiles(['core', 'nodes', 'scripts'], '.ts');
    assert.deepEqual(lines(files, /(:|<|\bas) any\b/), []);
    assert.deepEqual(lines(files, /@ts-(ignore|nocheck|expect-error)|(oxlint|eslint)-disable(?!.* -- )/, { inComments: true }), []);
  });

  it('hold no test back: no .only, no .skip, but for what the machine lacks', () => {
    const files = sourceFiles(['test'], '.ts').filter(({ name }) => !name.startsWith('test/support/'));
    assert.deepEqual(lines(files, /\b(describe|it|context|test)\.(only|skip)\(|\b(xit|xdescribe|xcontext)\(|\b(this|context)\.skip\(/), []);
  });
});

/** The lines that match, each with its place. */
function lines(files: readonly SourceFile[], pattern: RegExp, { inComments = false } = {}): string[] {
  return files.flatMap(({ name, text }) =>
    text.split('\n').flatMap((line, index) => {
      const code = inComments ? line : line.replace(/^\s*(\/\*|\*|\/\/).*/, '');
      return pattern.test(code) ? [`${name}:${index + 1}: ${line.trim()}`] : [];
    }),
  );
}

/** What the runtime code of a folder imports; types alone do not count. The editor's scripts are bundled, not imported. */
function imports(folder: string): { from: string; specifier: string }[] {
  return sourceFiles([folder], '.ts')
    .filter(({ name }) => !name.endsWith('.editor.ts') && !name.startsWith('nodes/editor/'))
    .flatMap(({ name, text }) =>
      [...text.matchAll(/^(?:import|export)(?! type)[^'";]*?from ['"]([^'"]+)['"]|^import ['"]([^'"]+)['"]|\bimport\(['"]([^'"]+)['"]\)/gm)].map((match) => ({
        from: name,
        specifier: match[1] ?? match[2] ?? match[3] ?? '',
      })),
    );
}

function installedPackages(): Set<string> {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<string, Record<string, string> | undefined>;
  return new Set(['dependencies', 'optionalDependencies', 'peerDependencies'].flatMap((kind) => Object.keys(manifest[kind] ?? {})));
}

function packageName(specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
