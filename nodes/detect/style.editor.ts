/** What the dialog has beyond the rules of all dialogs. */
export const DETECT_RULES = `
.holdfast-form .holdfast-slider { --holdfast-thumb: 18px; margin: 4px 0 0; }
.holdfast-form .holdfast-positions { display: grid; grid-template-columns: repeat(9, 1fr); align-items: end; height: 56px; }
.holdfast-form .holdfast-positions > div { display: flex; flex-direction: column; justify-content: flex-end; align-items: center; gap: 2px; height: 100%; padding: 0; cursor: pointer; color: var(--red-ui-secondary-text-color); font-size: 12px; font-variant-numeric: tabular-nums; }
.holdfast-form .holdfast-positions > div > i { display: block; width: 60%; max-width: 34px; min-height: 2px; border-radius: 2px 2px 0 0; background: var(--red-ui-secondary-text-color); opacity: 0.45; }
.holdfast-form .holdfast-positions > .holdfast-chosen { color: var(--red-ui-primary-text-color); font-weight: bold; }
.holdfast-form .holdfast-positions > .holdfast-chosen > i { background: #cf4a7d; opacity: 1; }
.holdfast-form .holdfast-slider > input[type="range"] { display: block; width: calc(100% - 100% / 9 + var(--holdfast-thumb)); margin: 0 calc(50% / 9 - var(--holdfast-thumb) / 2); height: 26px; padding: 0; box-sizing: border-box; appearance: none; background: none; border: 0; cursor: pointer; }
.holdfast-slider > input[type="range"]::-webkit-slider-runnable-track { height: 4px; border-radius: 2px; background: var(--red-ui-tertiary-text-color, var(--red-ui-secondary-text-color)); }
.holdfast-slider > input[type="range"]::-moz-range-track { height: 4px; border-radius: 2px; background: var(--red-ui-tertiary-text-color, var(--red-ui-secondary-text-color)); }
.holdfast-slider > input[type="range"]::-webkit-slider-thumb { appearance: none; width: var(--holdfast-thumb); height: var(--holdfast-thumb); margin-top: -7px; border: 2px solid var(--red-ui-form-background); border-radius: 50%; background: #cf4a7d; }
.holdfast-slider > input[type="range"]::-moz-range-thumb { width: var(--holdfast-thumb); height: var(--holdfast-thumb); border: 2px solid var(--red-ui-form-background); border-radius: 50%; background: #cf4a7d; box-sizing: border-box; }
.holdfast-form .holdfast-slider > input[type="range"]:focus { outline: none; box-shadow: none; }
.holdfast-form .holdfast-slider > input[type="range"]:focus-visible { outline: 2px solid var(--red-ui-form-input-focus-color); outline-offset: 1px; border-radius: 4px; }
.holdfast-form .holdfast-ends { display: grid; grid-template-columns: 1fr 1fr 1fr; font-size: 12px; color: var(--red-ui-secondary-text-color); padding: 0 calc(50% / 9 - 12px); }
.holdfast-form .holdfast-ends > :nth-child(2) { text-align: center; }
.holdfast-form .holdfast-ends > :nth-child(3) { text-align: right; }
.holdfast-form .holdfast-stored-asked { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin: 12px 0 6px; }
.holdfast-form .form-row .holdfast-stored-asked > input[type="text"] { flex: 1 1 110px; width: auto; min-width: 90px; margin: 0; }
.holdfast-form .form-row .holdfast-stored-asked > select { width: auto; margin: 0; }
.holdfast-form .holdfast-episodes { margin: 0 0 8px; padding: 0; list-style: none; }
.holdfast-form .holdfast-episodes > li { display: grid; grid-template-columns: minmax(120px, 29%) minmax(0, 1fr); column-gap: 12px; padding: 4px 0; border-bottom: 1px solid var(--red-ui-secondary-border-color); line-height: 1.4; overflow-wrap: anywhere; }
.holdfast-form .holdfast-episodes > li > span:first-child { color: var(--red-ui-secondary-text-color); font-size: 12px; }
.holdfast-form .holdfast-window { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 10px; }
.holdfast-form .form-row .holdfast-window input[type="text"] { width: 66px; flex: none; margin: 0; }
.holdfast-form .holdfast-window-times { display: flex; align-items: center; gap: 6px; }
.holdfast-form .form-row .holdfast-window label { display: inline-flex; align-items: center; gap: 3px; width: auto; margin: 0; font-size: 12px; }
.holdfast-form .holdfast-window label > input { width: auto; margin: 0; }
.holdfast-form .holdfast-window-days { display: flex; flex-wrap: wrap; gap: 4px 8px; }
`;
