/**
 * The theme has no colours to tell series apart by: these eight have a contrast of at least 3 : 1 to the background of the light theme
 * and of the dark one (WCAG 2.2, 1.4.11). All others are the theme's.
 */
export const CHART_RULES = `
.holdfast-chart { position: relative; margin: 0 0 14px; }
.holdfast-form .holdfast-chart > figcaption { font-size: 13px; font-weight: bold; color: var(--red-ui-primary-text-color); }
.holdfast-chart > figcaption > span { font-weight: normal; color: var(--red-ui-secondary-text-color); }
.holdfast-chart svg { display: block; width: 100%; border-radius: 4px; touch-action: pan-y; }
.holdfast-chart svg:focus-visible { outline: 2px solid var(--red-ui-form-input-focus-color); outline-offset: 1px; }
.holdfast-chart text { font-size: 11px; fill: var(--red-ui-secondary-text-color); }
.holdfast-chart .holdfast-grid { stroke: var(--red-ui-secondary-border-color); }
.holdfast-chart .holdfast-major { stroke: var(--red-ui-tertiary-border-color); }
.holdfast-chart .holdfast-cursor { stroke: var(--red-ui-primary-text-color); stroke-dasharray: 3 3; }
.holdfast-series .holdfast-line { fill: none; stroke: var(--holdfast-series); stroke-width: 1.6; stroke-linejoin: round; }
.holdfast-series .holdfast-band { fill: var(--holdfast-series); fill-opacity: 0.18; stroke: none; }
.holdfast-mark rect { fill: #cf4a7d; fill-opacity: 0.2; }
.holdfast-mark rect.holdfast-mark-bar { fill-opacity: 1; }
.holdfast-series circle { fill: var(--holdfast-series); }
.holdfast-series-0 { --holdfast-series: #2f7fd0; }
.holdfast-series-1 { --holdfast-series: #c96a12; }
.holdfast-series-2 { --holdfast-series: #2b935a; }
.holdfast-series-3 { --holdfast-series: #cf4a7d; }
.holdfast-series-4 { --holdfast-series: #8a68d0; }
.holdfast-series-5 { --holdfast-series: #1b8f9c; }
.holdfast-series-6 { --holdfast-series: #968313; }
.holdfast-series-7 { --holdfast-series: #7a838d; }
.holdfast-chart .holdfast-legend { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 4px 0 0; padding: 0; list-style: none; font-size: 12px; font-variant-numeric: tabular-nums; color: var(--red-ui-primary-text-color); }
.holdfast-chart .holdfast-legend > li { display: flex; align-items: center; gap: 6px; }
.holdfast-chart .holdfast-legend > li::before { content: ""; width: 14px; height: 3px; border-radius: 2px; background: var(--holdfast-series); }
.holdfast-chart .holdfast-readout { margin: 2px 0 0; min-height: 18px; font-size: 12px; color: var(--red-ui-secondary-text-color); }
`;
