const ID = 'holdfast-style';

/** The few rules that Node-RED's own do not have. All colours are the theme's, so that light and dark both work. */
const RULES = `
.holdfast-form { container-type: inline-size; }
.holdfast-form .form-row { display: grid; grid-template-columns: minmax(120px, 29%) minmax(0, 1fr); column-gap: 12px; row-gap: 4px; align-items: center; margin-bottom: 12px; }
.holdfast-form .form-row.holdfast-whole { display: block; }
.holdfast-form .form-row > label { display: flex; align-items: baseline; gap: 6px; width: auto; margin: 0; overflow-wrap: anywhere; }
.holdfast-form .form-row > label > i.fa { flex: none; width: 16px; text-align: center; }
.holdfast-form .form-row input[type="text"], .holdfast-form .form-row input[type="password"], .holdfast-form .form-row select { width: 100%; margin: 0; box-sizing: border-box; }
.holdfast-form .holdfast-value { display: flex; align-items: center; gap: 8px; min-width: 0; flex-wrap: wrap; }
.holdfast-form .form-row .holdfast-value > input[type="text"] { width: 130px; flex: 0 1 130px; }
.holdfast-form .form-row .holdfast-value > input.holdfast-wide { width: 220px; flex: 0 1 220px; }
.holdfast-form .form-row .holdfast-value > select { width: auto; flex: 0 1 auto; max-width: 100%; }
.holdfast-form .holdfast-value > input[type="checkbox"] { width: auto; margin: 0; flex: none; }
.holdfast-form .holdfast-hint { grid-column: 2; margin: 0; font-size: 12px; line-height: 1.45; color: var(--red-ui-secondary-text-color); }
.holdfast-form .holdfast-hint code { padding: 0 2px; font-size: 11px; color: inherit; background: none; border: 0; }
.holdfast-form .holdfast-whole .holdfast-hint, .holdfast-form > .holdfast-hint, .holdfast-form section > .holdfast-hint { margin: 2px 0 8px; }
.holdfast-form details.holdfast-more { margin: 4px 0 12px; border-top: 1px solid var(--red-ui-secondary-border-color); }
.holdfast-form details.holdfast-more > summary { padding: 8px 0; cursor: pointer; color: var(--red-ui-primary-text-color); display: list-item; }
.holdfast-form h4 { margin: 0 0 4px; font-size: 14px; font-weight: bold; color: var(--red-ui-primary-text-color); }
.holdfast-form section { border-top: 1px solid var(--red-ui-secondary-border-color); padding: 12px 0; }
.holdfast-form .holdfast-summary { margin: 12px 0 8px; font-weight: bold; }
.holdfast-form p.holdfast-problem { margin: 8px 0; color: var(--red-ui-text-color-error); }
.holdfast-form .form-row > p.holdfast-problem { margin: 0; }
.holdfast-form .holdfast-panes { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(210px, 100%), 1fr)); gap: 12px; }
.holdfast-form figure { margin: 0; min-width: 0; }
.holdfast-form figcaption { font-size: 12px; color: var(--red-ui-secondary-text-color); margin-bottom: 2px; }
.holdfast-form pre { margin: 0; max-height: 260px; overflow: auto; padding: 8px; font-size: 12px; line-height: 1.4; white-space: pre-wrap; word-break: normal; overflow-wrap: anywhere; border: 1px solid var(--red-ui-form-input-border-color); border-radius: 4px; background: var(--red-ui-form-input-background); color: var(--red-ui-form-text-color); }
.holdfast-form .holdfast-rule { margin: 0 0 12px; padding: 10px 12px; border: 1px solid var(--red-ui-form-input-border-color); border-radius: 4px; background: var(--red-ui-form-input-background); color: var(--red-ui-form-text-color); }
.holdfast-form .holdfast-rule p { margin: 0; }
.holdfast-form .holdfast-rule svg { display: block; width: 100%; max-width: 420px; height: 104px; margin: 0 auto 8px; }
.holdfast-rule .holdfast-curve { fill: none; stroke: var(--red-ui-form-text-color); stroke-width: 2; }
.holdfast-rule .holdfast-raised { fill: none; stroke: var(--red-ui-text-color-error); stroke-width: 4; stroke-linecap: round; }
.holdfast-rule .holdfast-raise-line { stroke: var(--red-ui-text-color-error); stroke-dasharray: 5 4; }
.holdfast-rule .holdfast-clear-line { stroke: var(--red-ui-text-color-success); stroke-dasharray: 5 4; }
.holdfast-rule text { font-size: 11px; fill: var(--red-ui-form-text-color); }
.holdfast-form table { width: 100%; border-collapse: collapse; margin: 0 0 8px; table-layout: auto; }
.holdfast-form th, .holdfast-form td { text-align: left; padding: 5px 8px 5px 0; border-bottom: 1px solid var(--red-ui-secondary-border-color); overflow-wrap: anywhere; }
.holdfast-form th { font-size: 12px; font-weight: normal; color: var(--red-ui-secondary-text-color); }
.holdfast-form td:last-child { text-align: right; white-space: nowrap; padding-right: 0; }
.holdfast-form .holdfast-unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.holdfast-form td .red-ui-button { margin-left: 4px; }
.holdfast-form .holdfast-scroll { max-height: 260px; overflow: auto; }
.holdfast-form .holdfast-secret { margin: 0 0 12px; padding: 10px 12px; border: 1px solid var(--red-ui-border-color-success); border-radius: 4px; }
.holdfast-form .holdfast-secret p { margin: 0 0 6px; }
.holdfast-form .holdfast-copy { display: flex; gap: 8px; align-items: flex-start; margin: 0 0 8px; }
.holdfast-form .holdfast-copy > pre { flex: 1; min-width: 0; }
.holdfast-form .holdfast-toolbar { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin-bottom: 6px; }
.holdfast-form .form-row .holdfast-toolbar > label { width: auto; margin: 0; }
.holdfast-form .form-row .holdfast-toolbar > select { width: auto; }
.holdfast-form .form-row .holdfast-toolbar > label.holdfast-last { margin-left: auto; }
.holdfast-form #holdfast-principal-add { margin-top: 16px; }
.holdfast-fleet-row { display: flex; align-items: center; gap: 8px; }
.holdfast-form .form-row .holdfast-fleet-row > select { flex: 1; min-width: 0; width: auto; }
.holdfast-form .form-row .holdfast-fleet-row > input[type="text"] { width: 90px; flex: none; }
.holdfast-form .holdfast-listeners td.form-row { display: table-cell; width: 44%; }
.holdfast-form .holdfast-listeners th[scope="row"] { font-size: inherit; color: var(--red-ui-form-text-color); }
.holdfast-form .holdfast-listeners th label { margin: 0; width: auto; display: inline; }
.holdfast-form .holdfast-listeners td { padding: 4px 8px 4px 0; }
.holdfast-form .holdfast-listeners tbody tr:last-child > * { border-bottom: 0; }
.holdfast-form #holdfast-state { margin: 0 0 12px; }
.holdfast-form .red-ui-tabs { margin-bottom: 12px; }
.holdfast-form .red-ui-tabs > ul { display: flex; min-width: 0; }
.holdfast-form .red-ui-tabs li.red-ui-tab { width: auto !important; min-width: 0; flex: 0 1 auto; margin: 0 3px 0 0; }
.holdfast-form .red-ui-tab a.red-ui-tab-label { padding: 0 5px; font-size: 12px; }
.holdfast-form .red-ui-tab .red-ui-tabs-fade { display: none; }
.holdfast-form .red-ui-tab a:focus-visible { outline: 1px solid var(--red-ui-form-input-focus-color); outline-offset: -2px; }
.holdfast-form .holdfast-pane > .holdfast-hint { margin: 0 0 10px; }
.holdfast-form #holdfast-profiles-problem, .holdfast-form #holdfast-contracts-problem { position: sticky; top: 0; z-index: 1; margin: 0; padding: 4px 0; background: var(--red-ui-secondary-background); }
.holdfast-form #holdfast-profiles-problem:empty, .holdfast-form #holdfast-contracts-problem:empty { display: none; }
.holdfast-form :is(#holdfast-profiles, #holdfast-contracts) :is(.red-ui-editableList-item-handle, .red-ui-editableList-item-remove) { top: 24px; }
.holdfast-form .holdfast-profile-head { display: flex; align-items: center; gap: 6px; }
.holdfast-form .form-row .holdfast-profile-head > input[type="text"] { flex: 1 1 40%; min-width: 0; width: auto; }
.holdfast-form .form-row .holdfast-profile-head > select { flex: 1 1 40%; min-width: 0; width: auto; }
.holdfast-form .holdfast-profile-head > button { flex: none; width: 26px; }
.holdfast-form .form-row .holdfast-profile > .holdfast-hint { margin: 4px 0 0 32px; }
.holdfast-form .holdfast-profile-body { margin: 10px 0 2px 32px; }
.holdfast-form .holdfast-profile h5 { margin: 12px 0 2px; font-size: 13px; font-weight: bold; color: var(--red-ui-primary-text-color); }
.holdfast-form .holdfast-fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 6px 10px; align-items: end; }
.holdfast-form .holdfast-fields label { display: block; width: auto; margin: 0; }
.holdfast-form .holdfast-fields label > span { display: block; font-size: 12px; color: var(--red-ui-secondary-text-color); margin-bottom: 2px; }
.holdfast-form .form-row label.holdfast-check { display: flex; align-items: center; gap: 8px; width: auto; margin: 12px 0 6px; }
.holdfast-form .holdfast-check > input { margin: 0; width: auto; }
.holdfast-form .form-row table.holdfast-metrics { margin-bottom: 6px; }
.holdfast-form .holdfast-metrics td { padding: 3px 6px 3px 0; border-bottom: 0; }
.holdfast-form .holdfast-metrics td:nth-child(3) { width: 22%; }
.holdfast-form td .holdfast-hint { margin: 0; }
.holdfast-form #holdfast-quarantined th { white-space: nowrap; }
.holdfast-form .holdfast-wide-table { overflow-x: auto; }
.holdfast-form .holdfast-ledger { font-variant-numeric: tabular-nums; }
.holdfast-form .holdfast-ledger th[scope="row"] { font-size: inherit; color: var(--red-ui-form-text-color); }
.holdfast-form .holdfast-ledger td, .holdfast-form .holdfast-ledger th[scope="col"] { text-align: right; white-space: nowrap; padding: 5px 0 5px 14px; }
.holdfast-form .holdfast-ledger .holdfast-total > * { font-weight: bold; }
.holdfast-form .holdfast-metric-kept > td { padding: 0 0 10px 12px; text-align: left; white-space: normal; }
.holdfast-form .form-row > #holdfast-aggregates-label { align-self: start; }
.holdfast-form .holdfast-checks { display: grid; grid-template-columns: repeat(auto-fill, minmax(120px, 1fr)); gap: 4px 10px; }
.holdfast-form .form-row .holdfast-checks > label { display: flex; align-items: center; gap: 6px; width: auto; margin: 0; }
.holdfast-form .holdfast-checks input { width: auto; margin: 0; }
.holdfast-form .holdfast-readings td:last-child { text-align: left; }
.holdfast-form .holdfast-readings { font-size: 12px; font-variant-numeric: tabular-nums; }
.holdfast-form td.holdfast-tags { white-space: nowrap; }
.holdfast-form td.holdfast-tags > span { white-space: normal; }
.holdfast-form td.holdfast-tags > input[type="text"] { width: calc(100% - 34px); min-width: 70px; margin: 0; box-sizing: border-box; }
.holdfast-form .holdfast-contract-versions { display: flex; align-items: end; gap: 8px; margin-bottom: 6px; }
.holdfast-form .form-row .holdfast-contract-versions > label { width: auto; flex: 1 1 auto; margin: 0; }
.holdfast-form .holdfast-contract-versions label > span { display: block; font-size: 12px; color: var(--red-ui-secondary-text-color); margin-bottom: 2px; }
.holdfast-form .holdfast-contract-versions > button { flex: none; height: 34px; }
.holdfast-form .holdfast-contract-schema { height: 230px; min-height: 120px; }
.holdfast-form .holdfast-changes .holdfast-summary { margin: 2px 0 6px; font-weight: normal; }
.holdfast-form .holdfast-changes ul { list-style: none; margin: 0; }
.holdfast-form .holdfast-changes li { display: grid; grid-template-columns: 18px minmax(0, 1fr); column-gap: 4px; margin: 0 0 6px; padding: 0; border: 0; line-height: 1.45; overflow-wrap: anywhere; }
.holdfast-form .holdfast-changes li > i { line-height: inherit; }
.holdfast-form .holdfast-changes .holdfast-tighter > i { color: var(--red-ui-text-color-error); }
.holdfast-form .holdfast-changes .holdfast-looser > i { color: var(--red-ui-text-color-success); }
.holdfast-form .holdfast-changes .holdfast-example { grid-column: 2; font-size: 12px; color: var(--red-ui-secondary-text-color); }
.holdfast-form .holdfast-changes code { padding: 0 2px; font-size: 11px; color: inherit; background: none; border: 0; }
.holdfast-form .holdfast-pin > select { width: auto; max-width: 100%; height: 26px; margin: 2px 0 0; padding: 2px 4px; font-size: 12px; }
.holdfast-form .holdfast-retention-row { display: grid; grid-template-columns: minmax(90px, 29%) minmax(0, 1fr); column-gap: 12px; align-items: center; margin-bottom: 6px; }
.holdfast-form .holdfast-retention-row .holdfast-value { flex-wrap: nowrap; }
.holdfast-form .form-row .holdfast-retention-row .holdfast-value > input[type="text"] { width: 64px; flex: 0 1 64px; min-width: 40px; }
.holdfast-form .holdfast-retention-row .holdfast-value > span { flex: none; white-space: nowrap; }
.holdfast-form .form-row .holdfast-value > input#holdfast-backup-name { width: 110px; flex: 1 1 110px; }
.holdfast-form #holdfast-backup-list th:last-child { text-align: right; padding-right: 0; }
.holdfast-form #holdfast-deletion-question > p { margin: 0 0 8px; overflow-wrap: anywhere; }
.holdfast-form #holdfast-deletion-yes { height: auto; max-width: 100%; white-space: normal; overflow-wrap: anywhere; }
.holdfast-form progress { width: 120px; height: 8px; appearance: none; border: 0; border-radius: 4px; overflow: hidden; background: var(--red-ui-form-input-border-color); }
.holdfast-form progress::-webkit-progress-bar { background: none; }
.holdfast-form progress::-webkit-progress-value { background: var(--red-ui-text-color-success); }
.holdfast-form progress::-moz-progress-bar { background: var(--red-ui-text-color-success); }
@container (max-width: 340px) { .holdfast-form .form-row { grid-template-columns: minmax(0, 1fr); } .holdfast-form .holdfast-hint { grid-column: 1; } }
`;

/** Adds rules to the page, those of all dialogs unless others are given; once for all nodes. */
export function addStyle(id = ID, rules = RULES): void {
  if (document.getElementById(id)) return;
  const style = document.createElement('style');
  style.id = id;
  style.textContent = rules;
  document.head.append(style);
}
