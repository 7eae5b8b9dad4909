import { listRows } from '../editor/list-rows.ts';
import { reveal } from '../editor/tabs.ts';
import { savedValue } from '../editor/settings.ts';
import { profilesProblem } from './profile-problem.editor.ts';
import { profileRow } from './profile-row.editor.ts';
import type { ProfileRow, SavedProfile } from './profile-row.editor.ts';

const LIST = '#holdfast-profiles';
const ROW = 'holdfast-profile-row';

/** Makes the list of profiles in the dialog. */
export function openProfiles(node: EditorNode): void {
  const problem = $('#holdfast-profiles-problem');
  const show = (): void => {
    const found = problemOf(node);
    problem.text(found === true ? '' : found);
  };
  $(LIST).editableList<SavedProfile>({
    addButton: node._('profiles.add'),
    height: 'auto',
    sortable: true,
    removable: true,
    addItem(row, _index, profile) {
      row.data(ROW, profileRow(node, row, profile, show));
      show();
    },
    removeItem: show,
    sortItems: show,
  });
  const saved = savedValue(node, 'profiles');
  for (const profile of Array.isArray(saved) ? (saved as Array<SavedProfile | null>) : []) $(LIST).editableList('addItem', structuredClone(profile ?? { name: '' }));
  show();
  if (problem.text() !== '') reveal(problem);
}

/** The profiles as they stand in the dialog. */
export function readProfileList(): SavedProfile[] {
  return rows().map((row) => row.read().profile);
}

/** The names of the profiles in the dialog, for those who give one to a device. */
export function profileNames(): string[] {
  return readProfileList().flatMap(({ name }) => (name === undefined || name === '' ? [] : [name]));
}

function problemOf(node: EditorNode): true | string {
  for (const [index, row] of rows().entries()) {
    const { repeated } = row.read();
    if (repeated !== undefined) return node._('profiles.problems.sameMetric', { row: index + 1, metric: repeated });
  }
  return profilesProblem(node, readProfileList());
}

function rows(): ProfileRow[] {
  return listRows(LIST).flatMap((row) => (row.data(ROW) as ProfileRow | undefined) ?? []);
}
