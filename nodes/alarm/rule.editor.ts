import { shownNumber } from '../editor/texts.ts';
import { isNumberWithin, textOf } from '../editor/validators.ts';

/** What the dialog of an alarm says at the moment. */
export interface Rule {
  watch: string;
  metric: string;
  direction: string;
  raiseLimit: unknown;
  clearLimit: unknown;
  onDelay: unknown;
  offDelay: unknown;
}

type Texts = (key: string, values?: TextValues) => string;

/** The rule as one sentence, or what is missing for one. */
export function ruleSentence(rule: Rule, text: Texts): string {
  const { watch, metric } = rule;
  if (watch === 'anomaly') {
    const isEvery = metric === '' || metric === '*';
    const raised = delayed(isEvery ? 'rule.raisedAny' : 'rule.raisedAnomaly', rule.onDelay, text, { metric });
    const cleared = delayed(isEvery ? 'rule.clearedAny' : 'rule.clearedAnomaly', rule.offDelay, text, {});
    return text('rule.whole', { raised, cleared });
  }
  if (metric === '') return text('rule.noMetric');
  if (!limitsGiven(rule)) return text('rule.noLimits');
  const side = rule.direction === 'below' ? 'Below' : 'Above';
  const raised = delayed(`rule.raised${side}`, rule.onDelay, text, { metric, limit: limit(rule.raiseLimit) });
  const cleared = delayed(`rule.cleared${side}`, rule.offDelay, text, { limit: limit(rule.clearLimit) });
  return text('rule.whole', { raised, cleared });
}

/** The same as a picture: a curve that crosses both limits. Empty when there are no limits to show. */
export function rulePicture(rule: Rule, text: Texts): string {
  if (rule.watch === 'anomaly' || !limitsGiven(rule)) return '';
  const below = rule.direction === 'below';
  const flip = (y: number): number => (below ? 104 - y : y);
  const equal = Number(rule.raiseLimit) === Number(rule.clearLimit);
  const raise = flip(36);
  const clear = equal ? raise : flip(64);
  const curve = (from: string): string => from.replaceAll(/,(\d+)/g, (_whole, y: string) => `,${flip(Number(y))}`);
  const end = equal ? 'M118,36 C136,12 176,12 196,36' : 'M118,36 C136,8 186,8 214,64';
  const whole = equal ? 'M10,84 C60,84 90,74 118,36 C136,12 176,12 196,36 C214,60 240,86 300,84' : 'M10,86 C60,86 90,74 118,36 C136,8 186,8 214,64 C224,86 250,88 300,86';
  return `<svg viewBox="0 0 420 104" role="img" aria-label="${escape(text('rule.picture'))}">
    <line class="holdfast-raise-line" x1="10" x2="300" y1="${raise}" y2="${raise}"/>
    ${equal ? '' : `<line class="holdfast-clear-line" x1="10" x2="300" y1="${clear}" y2="${clear}"/>`}
    <path class="holdfast-curve" d="${curve(whole)}"/><path class="holdfast-raised" d="${curve(end)}"/>
    <text x="308" y="${raise + 4}">${escape(text(equal ? 'rule.bothAt' : 'rule.raisedAt', { limit: limit(rule.raiseLimit) }))}</text>
    ${equal ? '' : `<text x="308" y="${clear + 4}">${escape(text('rule.clearedAt', { limit: limit(rule.clearLimit) }))}</text>`}
  </svg>`;
}

/** Whether the alarm would be cleared while it is still being raised. */
export function limitsCross({ direction, raiseLimit, clearLimit }: Pick<Rule, 'direction' | 'raiseLimit' | 'clearLimit'>): boolean {
  const sign = direction === 'below' ? -1 : 1;
  return sign * Number(clearLimit) > sign * Number(raiseLimit);
}

function delayed(key: string, delay: unknown, text: Texts, values: TextValues): string {
  const seconds = Number(delay);
  return seconds > 0 ? text(`${key}After`, { ...values, seconds: shownNumber(seconds) }) : text(key, values);
}

function limitsGiven({ raiseLimit, clearLimit }: Rule): boolean {
  return [raiseLimit, clearLimit].every((one) => isNumberWithin(one, {}) || isVariable(one));
}

/** A whole `${NAME}`, which the runtime fills in. */
function isVariable(value: unknown): boolean {
  return /^\$\{[a-zA-Z_]\w*\}$/.test(textOf(value));
}

function limit(value: unknown): string {
  return isVariable(value) ? textOf(value) : shownNumber(Number(value));
}

function escape(text: string): string {
  return $('<i>').text(text).html().replaceAll('"', '&quot;');
}
