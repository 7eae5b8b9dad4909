import type { EditorRED } from 'node-red';

declare global {
  /** The editor, in the pages of all nodes. */
  const RED: EditorRED;
}
