import { preselectOnlyBackend } from '../editor/backend-choice.ts';
import { chosenBackendId } from '../editor/known-names.ts';
import { currentValue } from '../editor/settings.ts';
import { shared } from '../editor/texts.ts';
import { chosenBackend, isNumberWithin, numberSentence, requiredText, textOf } from '../editor/validators.ts';

/** What a dialog needs to know of a contract of a backend. */
interface ContractOfBackend {
  id: string;
  versions: unknown[];
  [more: string]: unknown;
}

const VERSION_LIMITS = { minimum: 1, maximum: 1_000_000, whole: true };

/** Whether a node needs a backend with these settings. */
function needsBackend(node: EditorNode): boolean {
  return currentValue(node, 'source') !== 'here' || ['coerce', 'quarantine'].includes(textOf(currentValue(node, 'outcome')));
}

/** A backend where one is needed; one that is chosen all the same has to be there. */
export function neededBackend(): Validator {
  const chosen = chosenBackend();
  return function (value, options) {
    const isNone = textOf(value) === '' || textOf(value) === '_ADD_';
    return isNone && !needsBackend(this) ? true : chosen.call(this, value, options);
  };
}

/** A text that must be there where the contract has its source there. */
export function textFor(source: string, property: string): Validator {
  const required = requiredText(property, 100);
  return function (value, options) {
    return currentValue(this, 'source') === source ? required.call(this, value, options) : true;
  };
}

/** A version that must be there where the contract has its source there, and one is fixed. */
export function versionFor(source: string, property: string): Validator {
  return function (value, _options) {
    const isAsked = currentValue(this, 'source') === source && (source === 'here' || currentValue(this, 'versionChoice') === 'fixed');
    return !isAsked || value === undefined || isNumberWithin(value, VERSION_LIMITS) || numberSentence(this._(`labels.${property}`), value, VERSION_LIMITS);
  };
}

/** The contracts that stand in a backend as the editor has it, deployed or not. */
export function contractsOf(backend: string): ContractOfBackend[] {
  const contracts: unknown = backend === '' || backend === '_ADD_' ? [] : RED.nodes.node(backend)?.['contracts'];
  return Array.isArray(contracts) ? contracts.filter(isContract) : [];
}

/** The numbers of its versions, as far as they are numbers. */
export function versionsOf({ versions }: ContractOfBackend): number[] {
  return versions.map((one) => (typeof one === 'object' && one !== null && 'version' in one ? Number(one.version) : Number.NaN)).filter(Number.isInteger).sort((one, other) => one - other);
}

/** Shows only what matters to where the contract stands, and says what the choices mean. */
export function openContractChoice(node: EditorNode): void {
  const contractId = $('#node-input-contractId');
  contractId.autoComplete({
    minLength: 0,
    search: (typed, done) => done(contractsOf(chosenBackendId()).map(({ id }) => id).filter((id) => id.toLowerCase().includes(typed.trim().toLowerCase())).map((id) => ({ value: id, label: id }))),
  });
  const show = (): void => {
    const source = textOf($('#node-input-source').val());
    const isFixed = $('#node-input-versionChoice').val() === 'fixed';
    $('.holdfast-when-here').toggle(source === 'here');
    $('.holdfast-when-contract').toggle(source === 'contract');
    $('#node-input-fixedVersion').toggle(isFixed);
    $('#holdfast-source-meaning').text(node._(`sourceMeaning.${source}`));
    $('#holdfast-outcome-meaning').text(node._(`outcomeMeaning.${textOf($('#node-input-outcome').val())}`));
    $('#holdfast-version-meaning').text(versionMeaning(node, isFixed));
    if (needsBackend(node)) preselectOnlyBackend(node);
    RED.tray.resize();
  };
  $('#node-input-source, #node-input-outcome, #node-input-versionChoice').on('change', () => {
    show();
    // What one of them may be depends on these.
    $('#node-input-backend, #node-input-contractId, #node-input-contract, #node-input-contractVersion, #node-input-fixedVersion').trigger('change');
  });
  $('#node-input-backend').on('change', () => void $('#holdfast-version-meaning').text(versionMeaning(node, $('#node-input-versionChoice').val() === 'fixed')));
  contractId.on('change', () => void $('#holdfast-version-meaning').text(versionMeaning(node, $('#node-input-versionChoice').val() === 'fixed')));
  show();
}

function versionMeaning(node: EditorNode, isFixed: boolean): string {
  const id = textOf($('#node-input-contractId').val()).trim();
  const contract = contractsOf(chosenBackendId()).find((one) => one.id === id);
  if (!contract) return id === '' ? '' : node._('versionMeaning.unknown', { contract: id });
  return node._(isFixed ? 'versionMeaning.fixed' : 'versionMeaning.newest', { versions: versionsOf(contract).join(', ') });
}

function isContract(value: unknown): value is ContractOfBackend {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string' && 'versions' in value && Array.isArray(value.versions);
}

/** What stands below the node on the canvas. */
export function contractLabel(node: EditorNode): string {
  const source = currentSaved(node, 'source');
  if (source === 'profile') return node._('labelOf.profile');
  if (source === 'here') return node._('label', { contract: currentSaved(node, 'contract'), version: currentSaved(node, 'contractVersion') });
  const contract = currentSaved(node, 'contractId');
  if (contract === '') return shared('errors.required', { field: node._('labels.contractId') });
  return currentSaved(node, 'versionChoice') === 'fixed' ? node._('label', { contract, version: currentSaved(node, 'fixedVersion') }) : contract;
}

function currentSaved(node: EditorNode, property: string): string {
  return textOf(node[property] ?? RED.nodes.getType(node.type)?.defaults[property]?.value);
}
