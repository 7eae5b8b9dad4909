import { ask, sentence } from '../editor/ask.ts';
import { listRows } from '../editor/list-rows.ts';
import { savedValue } from '../editor/settings.ts';
import { reveal } from '../editor/tabs.ts';
import { contractsProblem } from './contract-problem.editor.ts';
import { contractRow } from './contract-row.editor.ts';
import type { ContractRow } from './contract-row.editor.ts';
import type { SavedContract } from './contract-versions.ts';

const LIST = '#holdfast-contracts';
const ROW = 'holdfast-contract-row';
/** Typing goes on for so many milliseconds before the server is asked. */
const PAUSE = 500;

/** The versions that the running backend knows, by the id of the contract; undefined while it cannot be asked. */
let kept: ReadonlyMap<string, readonly number[]> | undefined;
let shown = 0;
/** Each has a code editor that has to be taken away. */
const open = new Set<ContractRow>();

/** Makes the list of contracts in the dialog. */
export function openContracts(node: EditorNode): void {
  kept = undefined;
  const show = (): void => showProblem(node);
  $(LIST).editableList<SavedContract>({
    addButton: node._('contracts.add'),
    height: 'auto',
    sortable: true,
    removable: true,
    addItem(row, _index, contract) {
      const made = contractRow(node, row, contract, { changed: show, isRunning: () => kept !== undefined, known: versionsOf });
      open.add(made);
      row.data(ROW, made);
      show();
    },
    removeItem() {
      for (const row of open) if (!rows().includes(row)) row.close();
      show();
    },
    sortItems: show,
  });
  const saved = savedValue(node, 'contracts');
  for (const contract of Array.isArray(saved) ? (saved as Array<SavedContract | null>) : []) $(LIST).editableList('addItem', structuredClone(contract ?? { id: '' }));
  show();
  if (problemElement().text() !== '') reveal(problemElement());
}

/** From now on the running backend says what it would refuse. */
export async function checkContracts(node: EditorNode): Promise<void> {
  try {
    const known = await ask<Array<{ id: string; versions: Array<{ version: number }> }>>('GET', `holdfast-backend/${node.id}/contracts`);
    kept = new Map(known.map(({ id, versions }) => [id, versions.map(({ version }) => version)]));
  } catch (error) {
    return void problemElement().text(sentence(error));
  }
  showProblem(node);
  for (const row of rows()) row.compare();
}

/** The contracts as they stand in the dialog. */
export function readContractList(): SavedContract[] {
  return rows().map((row) => row.read());
}

/** The ids of the contracts in the dialog, for those who give one to a profile. */
export function contractIds(): string[] {
  return readContractList().flatMap(({ id }) => (id === undefined || id === '' ? [] : [id]));
}

/** The versions of a contract that the running backend knows, the oldest first. */
export function versionsOf(id: string): readonly number[] {
  return kept?.get(id) ?? [];
}

/** Before the dialog closes. */
export function closeContracts(): void {
  for (const row of open) row.close();
  open.clear();
}

function showProblem(node: EditorNode): void {
  shown += 1;
  const turn = shown;
  const contracts = readContractList();
  const found = contractsProblem(node, contracts);
  problemElement().text(found === true ? '' : found);
  if (found !== true || kept === undefined) return;
  setTimeout(() => {
    if (turn !== shown) return;
    ask('POST', `holdfast-backend/${node.id}/contracts/check`, contracts).catch((error: unknown) => {
      if (turn === shown) problemElement().text(sentence(error));
    });
  }, PAUSE);
}

function problemElement(): JQuery {
  return $('#holdfast-contracts-problem');
}

function rows(): ContractRow[] {
  return listRows(LIST).flatMap((row) => (row.data(ROW) as ContractRow | undefined) ?? []);
}
