import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './source-files.ts';

const LANGUAGES = ['en-US', 'de'];

describe('the languages of the nodes', () => {
  for (const node of nodesWithPage()) {
    const folder = path.join(root, 'nodes', node);
    const catalogue = (language: string) => keys(JSON.parse(readFileSync(path.join(folder, 'locales', language, `${node}.json`), 'utf8')));

    it(`say the same things in each for ${node}`, () => {
      for (const language of LANGUAGES.slice(1)) assert.deepEqual(catalogue(language), catalogue('en-US'), language);
    });

    it(`have help in each for ${node}`, () => {
      for (const language of LANGUAGES) {
        const help = readFileSync(path.join(folder, 'locales', language, `${node}.html`), 'utf8');
        assert.match(help, new RegExp(`<script type="text/html" data-help-name="holdfast-${node}">`), language);
      }
    });

    it(`have every text of the dialog of ${node}`, () => {
      const dialog = readFileSync(path.join(folder, `${node}.html`), 'utf8');
      const known = new Set(catalogue('en-US'));
      assert.deepEqual(dialogKeys(dialog).filter((key) => !known.has(key)), []);
    });
  }
});

function nodesWithPage(): string[] {
  return readdirSync(path.join(root, 'nodes')).filter((name) => existsSync(path.join(root, 'nodes', name, `${name}.html`)));
}

/** The paths of all texts of a catalogue, joined by dots, in order of the alphabet. */
function keys(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null) return [prefix];
  return Object.entries(value)
    .flatMap(([key, child]) => keys(child, prefix === '' ? key : `${prefix}.${key}`))
    .toSorted();
}

/** The keys that `data-i18n` attributes ask for; those with a colon belong to the catalogue of another node. */
function dialogKeys(dialog: string): string[] {
  return [...dialog.matchAll(/data-i18n="([^"]+)"/g)]
    .flatMap(([, attribute = '']) => attribute.split(';'))
    .map((each) => each.replace(/^\[[\w-]+\]/, ''))
    .filter((key) => !key.includes(':'));
}
