/** Where there is one backend only, there is nothing to choose: a node dropped on the canvas takes it. */
export function takeOnlyBackend(node: EditorNode): void {
  if (node['backend'] === '' || node['backend'] === undefined) node['backend'] = onlyBackend() ?? '';
}

/** The same for a dialog that is opened without a backend. */
export function preselectOnlyBackend(node: EditorNode): void {
  const only = onlyBackend();
  if (only === undefined || (node['backend'] !== '' && node['backend'] !== undefined)) return;
  const select = $('#node-input-backend');
  if (select.find('option').toArray().some((option) => option.value === only)) select.val(only).trigger('change');
}

function onlyBackend(): string | undefined {
  const backends: string[] = [];
  RED.nodes.eachConfig((node) => {
    if (node.type === 'holdfast-backend' && !node['d']) backends.push(node.id);
  });
  return backends.length === 1 ? backends[0] : undefined;
}
