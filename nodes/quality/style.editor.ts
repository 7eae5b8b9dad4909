/** What the dialog has beyond the rules of all dialogs. */
export const QUALITY_RULES = `
.holdfast-form .form-row .holdfast-quality-head { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; }
.holdfast-form .form-row .holdfast-quality-head > input[type="text"] { flex: 1 1 96px; width: auto; min-width: 80px; }
.holdfast-form .form-row .holdfast-quality-head > select { flex: 2 1 150px; width: auto; min-width: 0; }
.holdfast-form .form-row .holdfast-quality-row > .holdfast-quality-head { flex-wrap: nowrap; }
.holdfast-form .form-row .holdfast-quality-head > select.holdfast-quality-runs { flex: 1 1 74px; }
.holdfast-form .form-row .holdfast-quality-fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 6px 12px; margin: 8px 0 4px; align-items: end; }
.holdfast-form .form-row .holdfast-quality-fields label, .holdfast-form .form-row .holdfast-quality-field { display: flex; flex-direction: column; gap: 2px; width: auto; margin: 0; font-size: 12px; color: var(--red-ui-secondary-text-color); }
.holdfast-form .form-row .holdfast-quality-json { grid-column: 1 / -1; }
.holdfast-form .holdfast-quality-span { display: flex; align-items: center; gap: 6px; }
.holdfast-form .holdfast-quality-json code { flex: 0 1 auto; overflow-wrap: anywhere; }
.holdfast-form .form-row .holdfast-quality-bounds { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; }
.holdfast-form .form-row .holdfast-quality-bounds > input[type="text"] { width: 56px; }
.holdfast-form .holdfast-stored-asked { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin: 10px 0; }
.holdfast-form .holdfast-stored-asked > input[type="text"] { flex: 1 1 110px; width: auto; min-width: 90px; margin: 0; }
.holdfast-form .holdfast-stored-asked > select { width: auto; margin: 0; }
.holdfast-form .holdfast-proposal td { vertical-align: top; }
.holdfast-form .holdfast-proposal td:first-child input { width: auto; margin: 3px 0 0; }
.holdfast-form .holdfast-proposal td:last-child { text-align: left; }
.holdfast-form .holdfast-stored-flags { margin: 0; padding-left: 18px; }
.holdfast-form .holdfast-proposal-notes { margin: 10px 0 0; padding-left: 18px; }
`;
