/** The value of a property as the open dialog has it, or as the node has it when its dialog is closed. */
export function currentValue(node: EditorNode, property: string): unknown {
  if (RED.editor.getEditStack?.().includes(node) === false) return node[property];
  const input = $(`#node-input-${property}`);
  if (input.length === 0) return node[property];
  return input.is(':checkbox') ? input.prop('checked') : input.val();
}

/** All settings of the open dialog, under the names in which the node would save them. */
export function currentSettings(node: EditorNode): Record<string, unknown> {
  const properties = Object.keys(RED.nodes.getType(node.type)?.defaults ?? {});
  return Object.fromEntries(properties.map((property) => [property, currentValue(node, property)]));
}
