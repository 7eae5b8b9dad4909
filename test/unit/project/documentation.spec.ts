import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root, sourceFiles } from './source-files.ts';

const PAGES = [...sourceFiles(['docs', 'bench'], '.md'), ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].map(readPage)];
/** `[text](target)` and `src="target"`; what stands in code is no link. */
const LINK = /\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g;

const REPOSITORY = 'https://github.com/holdfast-iot/node-red/blob/main/';

describe('the pages of the documentation', () => {
  for (const { name, text } of PAGES) {
    it(`lead from ${name} to pages, headings and pictures that are there`, () => {
      const links = [...withoutCode(text).matchAll(LINK)].map(([, inText, inTag]) => inText ?? inTag ?? '');
      const broken = links.filter((link) => !/^https?:/.test(link)).filter((link) => !leadsSomewhere(link, name));
      assert.deepEqual(broken, []);
    });
  }

  it('are there where the help of a node leads to them', () => {
    const links = sourceFiles(['nodes'], '.html').flatMap(({ text }) => [...text.matchAll(LINK)].map(([, , link = '']) => link));
    const ours = links.filter((link) => link.startsWith(REPOSITORY)).map((link) => link.slice(REPOSITORY.length));
    assert.ok(ours.length > 0);
    assert.deepEqual(ours.filter((link) => !leadsSomewhere(link, '')), []);
  });

  it('are all named in docs/README.md', () => {
    const { text } = readPage('docs/README.md');
    const pages = sourceFiles(['docs'], '.md').map(({ name }) => path.posix.basename(name)).filter((name) => name !== 'README.md');
    assert.deepEqual(pages.filter((page) => !text.includes(`](${page})`)), []);
  });

  it('explain every error code that a program or a person may meet', () => {
    const { text } = readPage('docs/operations.md');
    const codes = new Set(sourceFiles(['core', 'nodes'], '.ts').flatMap((file) => file.text.match(/(?<=')HOLDFAST_[A-Z_]+(?=')/g) ?? []));
    assert.ok(codes.size > 30);
    assert.deepEqual([...codes].filter((code) => !text.includes(`\`${code}\``)), []);
  });
});

function readPage(name: string): { name: string; text: string } {
  return { name, text: readFileSync(path.join(root, name), 'utf8') };
}

function leadsSomewhere(link: string, from: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? from : path.posix.join(path.posix.dirname(from), file);
  if (!existsSync(path.join(root, target))) return false;
  return anchor === undefined || anchorsOf(readPage(target).text).has(anchor);
}

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ +(.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(headings.map((heading) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').trim().replaceAll(' ', '-')));
}

function withoutCode(text: string): string {
  return text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').replaceAll(/`[^`\n]*`/g, '');
}
