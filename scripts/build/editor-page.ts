import { build as bundle, stop } from 'esbuild';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readDialog } from './dialog-rows.ts';
import { registrationProblems } from './registration.ts';

/**
 * The page that Node-RED's editor loads for a node: the dialog of `nodes/<node>/<node>.html` with its rows filled in, then
 * the bundle of `<node>.editor.ts` as a script.
 * @throws Error with a sentence when the page would not work in the editor or in the Flow Library.
 */
export async function buildEditorPage(root: string, node: string): Promise<string> {
  const type = `holdfast-${node}`;
  const folder = path.join(root, 'nodes', node);
  const entry = path.join(folder, `${node}.editor.ts`);
  if (!existsSync(entry)) throw new Error(`nodes/${node}/ has a page but no ${node}.editor.ts: write it; it registers ${type} in the editor.`);

  const dialog = await readDialog(root, node);
  if (!new RegExp(`data-template-name=["']${type}["']`).test(dialog)) {
    throw new Error(`nodes/${node}/${node}.html has no <script type="text/html" data-template-name="${type}">: Node-RED takes the node type from it.`);
  }

  const page = `${dialog.trimEnd()}\n\n<script type="text/javascript">\n${await bundleScript(root, entry)}</script>\n`;
  const problems = registrationProblems(page, type);
  if (problems.length > 0) throw new Error(`nodes/${node}/${node}.editor.ts: ${problems.join(' ')}`);
  return page;
}

/** Ends the bundler's own process, which would otherwise stay as long as this one. */
export const endBundler = stop;

async function bundleScript(root: string, entry: string): Promise<string> {
  const { outputFiles } = await bundle({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2020',
    charset: 'utf8',
    legalComments: 'none',
    tsconfig: path.join(root, 'tsconfig.editor.json'),
    logLevel: 'silent',
  });
  const [script] = outputFiles;
  if (!script) throw new Error(`esbuild made nothing of ${entry}.`);
  return script.text;
}
