/** What a node has under a name; the default where it was saved without, as the runtime takes it. */
export function savedValue(node: EditorNode, property: string): unknown {
  return node[property] ?? RED.nodes.getType(node.type)?.defaults[property]?.value;
}

/** The value of a property as the open dialog has it, or as the node has it when its dialog is closed. */
export function currentValue(node: EditorNode, property: string): unknown {
  if (RED.editor.getEditStack?.().includes(node) === false) return savedValue(node, property);
  const isConfig = RED.nodes.getType(node.type)?.category === 'config';
  const input = $(`#${isConfig ? 'node-config-input' : 'node-input'}-${property}`);
  if (input.length === 0) return savedValue(node, property);
  return input.is(':checkbox') ? input.prop('checked') : input.val();
}

/** All settings of the open dialog, under the names in which the node would save them. */
export function currentSettings(node: EditorNode): Record<string, unknown> {
  const properties = Object.keys(RED.nodes.getType(node.type)?.defaults ?? {});
  return Object.fromEntries(properties.map((property) => [property, currentValue(node, property)]));
}

/** Shows the defaults of what a node was saved without: an older flow, or one that a program wrote. */
export function showDefaults(node: EditorNode, prefix: string): void {
  for (const property of Object.keys(RED.nodes.getType(node.type)?.defaults ?? {})) {
    if (node[property] !== undefined) continue;
    const input = $(`#${prefix}-${property}`);
    const value = savedValue(node, property);
    if (input.is(':checkbox')) input.prop('checked', value === true);
    else if (typeof value === 'string' || typeof value === 'number') input.val(value);
  }
}
