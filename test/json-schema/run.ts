import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runSuite } from './run-suite.ts';

/**
 * `npm run test:json-schema -- DIR`: drives what `@holdfast/node-red/contract` exports with test files of the JSON Schema Test Suite's shape, and
 * prints what passed and failed by draft; the last line is JSON. Ends with 1 when a test failed or none was run, unless `--list` only asks for the list.
 */
const { values, positionals } = parseArgs({ options: { list: { type: 'boolean', default: false } }, allowPositionals: true });
const [folder] = positionals;
if (folder === undefined || !existsSync(folder)) {
  console.error('Give the folder with the test files: npm run test:json-schema -- DIR [--list].');
  process.exitCode = 2;
} else {
  const tally = runSuite(folder);
  for (const line of tally.lines()) console.log(line);
  if (!values.list && (tally.failures.length > 0 || tally.drafts.size === 0)) process.exitCode = 1;
}
