import { shared } from '../editor/texts.ts';
import { currentValue, savedValue } from '../editor/settings.ts';
import { textOf } from '../editor/validators.ts';

let editor: CodeEditor | undefined;

/** JSON, and an object, where the node has a schema of its own. Whether it is a schema, the node says with the place in it when it is deployed or tried. */
export function jsonSchema(): Validator {
  return function (value, _options) {
    return textOf(currentValue(this, 'source')) !== 'here' || schemaProblem(this, textOf(value ?? savedValue(this, 'schema')).trim());
  };
}

function schemaProblem(node: EditorNode, text: string): true | string {
  if (text === '') return shared('errors.required', { field: node._('labels.schema') });
  try {
    const schema: unknown = JSON.parse(text);
    return (typeof schema === 'object' && schema !== null && !Array.isArray(schema)) || node._('errors.notObject');
  } catch (error) {
    return node._('errors.notJson', { reason: error instanceof Error ? error.message : String(error) });
  }
}

/** Opens the editor for JSON in the dialog. */
export function openSchemaEditor(node: EditorNode): void {
  const opened = RED.editor.createEditor({ id: 'holdfast-schema-editor', mode: 'ace/mode/json', value: textOf(savedValue(node, 'schema')) });
  editor = opened;
  const check = (): void => {
    const schema = opened.getValue();
    const problem = jsonSchema().call(node, schema, undefined);
    $('#holdfast-schema-problem').text(problem === true ? '' : problem);
    $('#node-input-schema').val(schema);
  };
  opened.getSession().on('change', check);
  $('#node-input-source').on('change', check);
  check();

  const expand = $('#holdfast-schema-expand');
  RED.popover.tooltip(expand, node._('labels.expand'));
  expand.on('click', (event) => {
    event.preventDefault();
    RED.editor.editJSON({ title: node._('labels.schema'), value: opened.getValue(), complete: (schema) => opened.setValue(schema) });
  });
}

/** What stands in the editor; what the node has while it is closed. */
export function editedSchema(node: EditorNode): string {
  return editor?.getValue() ?? textOf(savedValue(node, 'schema'));
}

/** Puts a schema into the editor in place of what stood there. */
export function putSchema(schema: string): void {
  editor?.setValue(schema);
}

export function focusSchema(): void {
  editor?.focus();
}

export function resizeSchemaEditor(height: number): void {
  $('#holdfast-schema-editor').height(height);
  editor?.resize();
}

export function closeSchemaEditor(): void {
  editor?.destroy();
  editor = undefined;
}
