import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Dialect } from '../../core/contract/index.ts';
import { isObject } from '../../core/contract/json-schema/json.ts';
import { dialectNamed } from './suite.ts';

/** Where the suite's own server would serve the remotes. */
const SERVER = 'http://localhost:1234/';
const METASCHEMAS: Partial<Record<Dialect, string>> = {
  'draft-07': 'http://json-schema.org/draft-07/schema#',
  '2019-09': 'https://json-schema.org/draft/2019-09/schema',
  '2020-12': 'https://json-schema.org/draft/2020-12/schema',
};

export interface SuiteFile {
  path: string;
  /** Told to people: the path within the folder that was given. */
  name: string;
  /** By the file or the innermost folder that is named after a draft. */
  dialect: Dialect | 'other' | undefined;
  isOptional: boolean;
  assertsFormats: boolean;
}

/** All test files in a folder, or the one that is given, in order. */
export function suiteFiles(given: string): SuiteFile[] {
  const root = resolve(given);
  const isFolder = statSync(root).isDirectory();
  const paths = isFolder ? jsonFiles(root).filter((path) => !relative(root, path).split(sep).some((name) => ['remotes', 'output-tests', 'node_modules'].includes(name))) : [root];
  return paths.map((path) => {
    const folders = dirname(path).split(sep);
    const draft = folders.findLastIndex((folder) => dialectNamed(folder) !== undefined);
    // A folder further out, which may be called whatever it is, says nothing of the tests.
    const within = draft >= 0 ? folders.slice(draft + 1) : isFolder ? relative(dirname(root), path).split(sep) : folders;
    const isOptional = ['optional', 'should', 'alternatives'].some((folder) => within.includes(folder));
    const file = basename(path, '.json');
    return {
      path,
      name: isFolder ? relative(root, path) : basename(path),
      dialect: dialectNamed(file) ?? dialectNamed(folders[draft] ?? ''),
      isOptional,
      assertsFormats: isOptional && (within.includes('format') || /^(?:format.*|ecmascript-regex|content|assertion)$/.test(file)),
    };
  });
}

/** How far above the given folder `remotes/` may stand. */
const LEVELS_UP = 5;

/** The schemas under `remotes/` in the folder, beside it, or beside a folder around it, by the address that tests refer to them by. */
export function remoteSchemas(given: string): Record<string, unknown> {
  const root = resolve(given);
  const places = [root];
  while (places.length <= LEVELS_UP) places.push(dirname(places.at(-1) ?? root));
  const folder = places.map((place) => join(place, 'remotes')).find((place) => existsSync(place));
  if (folder === undefined) return {};
  return Object.fromEntries(jsonFiles(folder).map((path) => {
    const names = relative(folder, path).split(sep);
    return [SERVER + names.join('/'), inDialect(JSON.parse(readFileSync(path, 'utf8')), dialectNamed(names[0] ?? ''))];
  }));
}

/** A remote without `$schema` is in the dialect of its folder. */
function inDialect(schema: unknown, dialect: Dialect | 'other' | undefined): unknown {
  const metaschema = dialect === undefined || dialect === 'other' ? undefined : METASCHEMAS[dialect];
  return metaschema !== undefined && isObject(schema) && !('$schema' in schema) ? { $schema: metaschema, ...schema } : schema;
}

function jsonFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
