import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { FORMATS } from '../../../core/decode/format.ts';
import { OVER_LIMIT } from '../../../core/overload/limits.ts';
import { AGGREGATES, FILLS, KINDS, ORDERS, RESETS } from '../../../core/history/query.ts';
import { QUALITY_NAMES } from '../../../core/sample/good-enough.ts';
import { VIA } from '../../../core/sample/via.ts';
import { OUTPUTS } from '../../../nodes/history/config.ts';
import { readDialog } from '../../../scripts/build/dialog-rows.ts';
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

    it(`have every text of the dialog of ${node}`, async () => {
      const dialog = await readDialog(root, node);
      const known = new Set(catalogue('en-US'));
      assert.deepEqual(dialogKeys(dialog).filter((key) => !known.has(key)), []);
    });
  }
});

describe('the texts that dialogs look up by a word of core', () => {
  const texts = (node: string): Set<string> => new Set(keys(JSON.parse(readFileSync(path.join(root, 'nodes', node, 'locales', 'en-US', `${node}.json`), 'utf8'))));

  it('are there for every payload format and every protocol', () => {
    const known = texts('backend');
    assert.deepEqual([...FORMATS.map((format) => `shared.formats.${format}`), ...VIA.map((via) => `ledger.via.${via}`)].filter((key) => !known.has(key)), []);
  });

  it('are there for every rule of what is over a limit', () => {
    const [backend, gateway] = [texts('backend'), texts('gateway')];
    for (const over of OVER_LIMIT) assert.ok(backend.has(`over.${over}`) && gateway.has(`over.${over}`) && gateway.has(`over.${over}Meaning`), over);
  });

  it('are there for every reason to refuse', () => {
    const words = ['core/intake/refusal.ts', 'core/decode/decode-error.ts'].flatMap((file) => [...readFileSync(path.join(root, file), 'utf8').matchAll(/^export type \w+Reason =([^;]+);/gm)].flatMap(([, union = '']) => union.match(/(?<=')[a-z-]+(?=')/g) ?? []));
    assert.ok(words.includes('disk') && words.includes('syntax'));
    const known = texts('backend');
    assert.deepEqual(words.filter((reason) => !known.has(`reasons.${reason}`)), []);
  });

  it('are there for everything that a history can be asked for', () => {
    const known = texts('history');
    const looked = [...KINDS.flatMap((kind) => [`kind.${kind}`, `kindMeaning.${kind}`, `label.${kind}`]), ...AGGREGATES.map((name) => `aggregates.${name}`), ...OUTPUTS.flatMap((form) => [`output.${form}`, `outputMeaning.${form}`]),
      ...QUALITY_NAMES.map((name) => `quality.${name}`), ...FILLS.map((fill) => `fill.${fill}`), ...RESETS.map((resets) => `resets.${resets}`), ...ORDERS.map((order) => `order.${order}`)];
    assert.deepEqual(looked.filter((key) => !known.has(key)), []);
  });
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
