import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { buildSync } from 'esbuild';
import type { ConfigSpec, Properties } from '../../../nodes/harness/config.ts';

interface EditorDefinition {
  defaults: Record<string, { value: unknown }>;
  outputs?: number;
}
interface NodeModule {
  default: { type: string; spec: { config: ConfigSpec<Properties>; outputs: readonly string[] } };
}

const NODES = path.join(import.meta.dirname, '..', '..', '..', 'nodes');

/** What the dialog's script hands to the editor, run in an empty page. */
function editorDefinition(file: string): EditorDefinition {
  const { outputFiles } = buildSync({ entryPoints: [file], bundle: true, write: false, format: 'iife' });
  const registered: EditorDefinition[] = [];
  const RED = { nodes: { registerType: (_type: string, definition: EditorDefinition) => void registered.push(definition) } };
  runInNewContext(outputFiles[0]?.text ?? '', { RED });
  const [definition] = registered;
  assert.ok(definition, `${file} registers no node`);
  return definition;
}

describe('what the dialogs save and what the nodes read', () => {
  const nodes = readdirSync(NODES).filter((name) => existsSync(path.join(NODES, name, `${name}.editor.ts`)));
  it('finds the nodes', () => assert.ok(nodes.length >= 8));

  for (const name of nodes) {
    it(`holdfast-${name} has the same properties, defaults, version and outputs on both sides`, async () => {
      const { default: node } = (await import(path.join(NODES, name, `${name}.ts`))) as NodeModule;
      const { defaults, outputs = 0 } = editorDefinition(path.join(NODES, name, `${name}.editor.ts`));
      const { name: _name, ...saved } = defaults;
      const editor = Object.fromEntries(Object.entries(saved).map(([property, { value }]) => [property, value]));
      const runtime = Object.fromEntries(Object.entries(node.spec.config.properties).map(([property, one]) => [property, one.default]));
      assert.deepEqual(JSON.parse(JSON.stringify(editor)), JSON.parse(JSON.stringify({ version: node.spec.config.version, ...runtime })));
      assert.equal(outputs, node.spec.outputs.length);
    });
  }
});
