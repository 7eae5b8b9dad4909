import { addStyle } from '../style.ts';

const RULES = `
.holdfast-form .holdfast-counted { margin: 8px 0 0; }
.holdfast-form .holdfast-facet { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 6px; margin: 0 0 6px; }
.holdfast-form .holdfast-facet > span { flex: none; min-width: 64px; font-size: 12px; color: var(--red-ui-secondary-text-color); }
.holdfast-form .holdfast-chip { max-width: 100%; padding: 1px 8px; border: 1px solid var(--red-ui-form-input-border-color); border-radius: 11px; background: var(--red-ui-form-input-background); color: var(--red-ui-form-text-color); font-size: 12px; line-height: 18px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; cursor: pointer; }
.holdfast-form .holdfast-chip:hover, .holdfast-form .holdfast-chip:focus-visible { border-color: var(--red-ui-form-input-focus-color); }
.holdfast-form .holdfast-chip:focus-visible { outline: 1px solid var(--red-ui-form-input-focus-color); }
.holdfast-form .holdfast-chip[aria-pressed="true"] { border-color: var(--red-ui-form-input-focus-color); background: var(--red-ui-list-item-background-selected); color: var(--red-ui-primary-text-color); }
.holdfast-form .holdfast-chip b { font-variant-numeric: tabular-nums; }
.holdfast-form .holdfast-entry-actions { display: flex; flex-wrap: wrap; gap: 6px; margin: 10px 0; }
.holdfast-form .holdfast-entry-actions > .red-ui-button { height: auto; padding: 3px 8px; font-size: 13px; line-height: 20px; }
.holdfast-form .holdfast-entry-list { margin-bottom: 14px; }
.holdfast-form .holdfast-entries { table-layout: fixed; }
.holdfast-form .holdfast-entries td { vertical-align: top; }
.holdfast-form .holdfast-entries thead > tr > :first-child { width: 22px; }
.holdfast-form .holdfast-entries thead > tr > :nth-child(2) { width: 92px; }
.holdfast-form .holdfast-entries thead > tr > :nth-child(3) { width: 22%; }
.holdfast-form .holdfast-entries thead > tr > :last-child { width: 34px; }
.holdfast-form .holdfast-entries tbody > tr > td:nth-child(2) { font-size: 12px; font-variant-numeric: tabular-nums; }
.holdfast-form .holdfast-entries input[type="checkbox"] { width: auto; margin: 2px 0 0; }
.holdfast-form .holdfast-entries .holdfast-unfolded > td { width: auto; padding: 0 0 12px 22px; text-align: left; white-space: normal; }
.holdfast-form .holdfast-quiet { color: var(--red-ui-secondary-text-color); }
.holdfast-form .holdfast-outcome { margin-left: 8px; padding: 0 6px; border: 1px solid currentColor; border-radius: 9px; font-size: 11px; white-space: nowrap; }
.holdfast-form .holdfast-outcome[data-outcome="passes"], .holdfast-form .holdfast-verdict[data-outcome="passes"] b { color: var(--red-ui-text-color-success); }
.holdfast-form .holdfast-outcome[data-outcome="breaks"], .holdfast-form .holdfast-outcome[data-outcome="unreadable"], .holdfast-form .holdfast-verdict[data-outcome="breaks"] b, .holdfast-form .holdfast-verdict[data-outcome="unreadable"] b { color: var(--red-ui-text-color-error); }
.holdfast-form .holdfast-entry-detail { font-size: 12px; }
.holdfast-form .holdfast-entry-detail p, .holdfast-form .holdfast-entry-detail ul { margin: 0 0 8px; }
.holdfast-form .holdfast-entry-detail code { padding: 0 2px; font-size: 11px; color: inherit; background: none; border: 0; }
.holdfast-form .holdfast-entry-detail dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 12px; margin: 0 0 8px; }
.holdfast-form .holdfast-entry-detail dt { font-weight: normal; color: var(--red-ui-secondary-text-color); }
.holdfast-form .holdfast-entry-detail dd { margin: 0; overflow-wrap: anywhere; }
.holdfast-form .holdfast-entry-detail figcaption { display: flex; flex-wrap: wrap; gap: 6px; justify-content: space-between; align-items: center; }
.holdfast-form .holdfast-entry-detail pre[data-shown="hex"] { white-space: pre; font-size: 11px; }
.holdfast-form .holdfast-release { margin: 0 0 6px; }
.holdfast-form .holdfast-release progress { flex: 1 1 120px; }
.holdfast-form .holdfast-drop-yes { height: auto; max-width: 100%; white-space: normal; overflow-wrap: anywhere; }
.holdfast-form .holdfast-rule[role="group"] > p { margin: 0 0 8px; overflow-wrap: anywhere; }
`;

/** The rules of the list, once for all dialogs that show it. */
export function addListStyle(): void {
  addStyle('holdfast-quarantine-style', RULES);
}
