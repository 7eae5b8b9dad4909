/// <reference types="jquery" />
/// <reference types="node-red__editor-client" />

/**
 * What the nodes use of Node-RED's editor, as it is in 4.x and 5.x. The published types know neither validators that answer
 * with a sentence nor autoComplete, so the part that is used stands here in full.
 */
/** The editor, in the pages of all nodes. */
declare const RED: {
  nodes: {
    registerType(type: string, definition: EditorNodeDefinition): void;
    getType(type: string): EditorNodeDefinition | undefined;
    node(id: string): EditorNode | null;
    eachNode(visit: (node: EditorNode) => void): void;
    eachConfig(visit: (node: EditorNode) => void): void;
    /** Whether there is something to deploy; sets it where it is given. */
    dirty(isDirty?: boolean): boolean;
  };
  editor: {
    createEditor(options: { id: string; mode: string; value: string }): CodeEditor;
    editJSON(options: { title: string; value: string; complete: (value: string) => void }): void;
    /** The nodes whose dialogs are open, the topmost last. */
    getEditStack?(): EditorNode[];
  };
  utils: {
    /** True, or a sentence that says what is wrong. */
    validateTypedProperty(value: string, type: string, options: { label: string }): true | string;
  };
  popover: { tooltip(target: JQuery, content: string | (() => string)): unknown };
  notify(content: string | JQuery, options: NotifyOptions): { close(): void };
  tray: { resize(): void };
  tabs: { create(options: { id: string; onchange: (tab: { id: string }) => void }): { addTab(tab: { id: string; label: string }): void; activateTab(id: string): void } };
  i18n: { lang(): string };
};

interface NotifyOptions {
  type?: 'success' | 'warning' | 'error';
  modal?: boolean;
  fixed?: boolean;
  timeout?: number;
  buttons?: Array<{ text: string; class?: string; click: () => void }>;
}

interface CodeEditor {
  getValue(): string;
  setValue(value: string): void;
  focus(): void;
  resize(): void;
  destroy(): void;
  on?(event: 'change', listener: () => void): void;
  getSession(): { on(event: 'change', listener: () => void): void };
}

type TextValues = Record<string, string | number>;

interface EditorNode {
  readonly id: string;
  readonly type: string;
  readonly z?: string;
  /** The node differs from what was deployed. */
  changed?: boolean;
  /** The node's own text in the language of the editor. */
  _(key: string, values?: TextValues): string;
  name: string;
  [property: string]: unknown;
}

/** True, or the sentence that the editor shows. It is shown only when the function takes two arguments. */
type Validator = (this: EditorNode, value: unknown, options: unknown) => true | string;

interface EditorProperty {
  value: unknown;
  /** For a property that names a config node: its type. */
  type?: string;
  required?: boolean;
  validate?: Validator;
}

interface EditorNodeDefinition {
  category: string;
  color?: string;
  icon?: string;
  defaults: Record<string, EditorProperty>;
  /** What is kept encrypted and apart from the flow; the dialog shows inputs for it like those of other properties. */
  credentials?: Record<string, { type: 'text' | 'password' }>;
  inputs?: 0 | 1;
  outputs?: number;
  label: (this: EditorNode) => string;
  labelStyle?: (this: EditorNode) => string;
  paletteLabel?: (this: EditorNodeDefinition) => string;
  inputLabels?: (this: EditorNode) => string;
  outputLabels?: (this: EditorNode, index: number) => string;
  onadd?: (this: EditorNode) => void;
  oneditprepare?: (this: EditorNode) => void;
  /** It may answer that it has changed something else, and what undoes that. */
  oneditsave?: (this: EditorNode) => void | { changed: boolean; history: object[] } | undefined;
  oneditcancel?: (this: EditorNode) => void;
  oneditresize?: (this: EditorNode, size: { width: number; height: number }) => void;
  /** Added by the editor when the type is registered. */
  _?(key: string, values?: TextValues): string;
}

interface Suggestion {
  value: string;
  label: string;
}

interface JQuery {
  autoComplete(options: { minLength?: number; search: (typed: string, done: (suggestions: Suggestion[]) => void) => void }): JQuery;
}
