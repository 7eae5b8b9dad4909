import { HoldfastError } from '../errors/holdfast-error.ts';

/** This Node.js is too old for Holdfast. Code `HOLDFAST_NODE_VERSION`. */
export class NodeVersionError extends HoldfastError {
  constructor(version: string) {
    super('HOLDFAST_NODE_VERSION', `Holdfast keeps its data in node:sqlite, which needs Node.js 22.13 or newer; this is ${version}. Update Node.js and start again.`);
  }
}

/**
 * `node:sqlite`, asked for only when a file is opened: imported at the top, it would keep the nodes from loading on an older
 * Node.js, and nobody would read the sentence that says why.
 *
 * @throws NodeVersionError where there is none.
 */
export function sqlite(): typeof import('node:sqlite') {
  const module: typeof import('node:sqlite') | undefined = process.getBuiltinModule('node:sqlite');
  if (!module) throw new NodeVersionError(process.versions.node);
  return module;
}
