import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

/** A row in a dialog, with its attributes and what stands in it. Rows hold no rows. */
const ROW = /^([ \t]*)<row-([\w-]+)((?:\s+[\w-]+="[^"]*")*)\s*>(.*?)<\/row-\2>/gms;
/** What is left when a row is not written as `ROW` reads it. */
const UNREAD_ROW = /<\/?row-[^>\n]*>?/;
const SLOT = /^[ \t]*<slot><\/slot>\n/m;
const FIRST_CLASS = 'class="form-row';

/**
 * The dialog of `nodes/<node>/<node>.html`, in which each `<row-x property="y">…</row-x>` is replaced by
 * `nodes/editor/rows/x.html`.
 * @throws Error with a sentence when a row cannot be filled in.
 */
export async function readDialog(root: string, node: string): Promise<string> {
  const dialog = await readFile(path.join(root, 'nodes', node, `${node}.html`), 'utf8');
  try {
    return fillRows(dialog, await readRows(path.join(root, 'nodes', 'editor', 'rows')));
  } catch (error) {
    throw new Error(`nodes/${node}/${node}.html: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/**
 * Replaces each `<row-x …>` by the text of row `x`, indented as it is: `{word}` becomes the attribute `word`, `<slot></slot>`
 * what stands between the tags. The attribute `class` adds to the classes of the row; every other one is required if the row
 * has a place for it, and refused if not.
 * @throws Error with a sentence that names the row.
 */
export function fillRows(dialog: string, rows: ReadonlyMap<string, string>): string {
  const filled = dialog.replace(ROW, (_row, indent: string, name: string, attributes: string, content: string) => {
    const row = rows.get(name);
    if (row === undefined) throw new Error(`there is no nodes/editor/rows/${name}.html for <row-${name}>. There are ${[...rows.keys()].join(', ')}.`);
    const given = new Map([...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]));
    const indented = row.trimEnd().replace(/^(?=.)/gm, indent);
    return withContent(name, withAttributes(name, indented, given), content);
  });
  const unread = UNREAD_ROW.exec(filled)?.[0];
  if (unread !== undefined) throw new Error(`${unread} cannot be read. Write a row as <row-name attribute="value">…</row-name> on a line of its own, and none inside another.`);
  return filled;
}

function withAttributes(name: string, row: string, given: ReadonlyMap<string, string>): string {
  const places = new Set([...row.matchAll(/\{(\w+)\}/g)].map(([, key = '']) => key));
  if (row.includes(FIRST_CLASS)) places.add('class');
  const unknown = [...given.keys()].find((key) => !places.has(key));
  if (unknown !== undefined) throw new Error(`<row-${name}> has no place for ${unknown}="${given.get(unknown)}". It takes ${[...places].join(', ')}.`);
  const classes = given.get('class');
  const classed = classes === undefined ? row : row.replace(FIRST_CLASS, () => `${FIRST_CLASS} ${classes}`);
  return classed.replace(/\{(\w+)\}/g, (_place, key: string) => {
    const value = given.get(key);
    if (value === undefined) throw new Error(`<row-${name}${[...given].map(([other, its]) => ` ${other}="${its}"`).join('')}> needs ${key}="…".`);
    return value;
  });
}

function withContent(name: string, row: string, content: string): string {
  const lines = content.trim() === '' ? '' : `${content.replace(/^\s*\n/, '').trimEnd()}\n`;
  if (lines !== '' && !SLOT.test(row)) throw new Error(`<row-${name}> has no <slot></slot> for what stands in it.`);
  return row.replace(SLOT, () => lines);
}

async function readRows(folder: string): Promise<Map<string, string>> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.html')).toSorted();
  return new Map(await Promise.all(files.map(async (file): Promise<[string, string]> => [path.basename(file, '.html'), await readFile(path.join(folder, file), 'utf8')])));
}
