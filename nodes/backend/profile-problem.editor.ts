import { ConfigError } from '../../core/errors/holdfast-error.ts';
import { readProfiles } from '../../core/profile/read-profiles.ts';
import { savedValue } from '../editor/settings.ts';
import { textsOf } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';

/** What a fault in one of these fields is called in the dialog. */
const FIELDS = ['name', 'maximumAge', 'metrics', 'unit', 'messagesPerSecond', 'bytesPerSecond', 'burst', 'retention', 'contract', 'quality'];

/** Profiles that the server takes. */
export function usableProfiles(): Validator {
  return function (value, _options) {
    return profilesProblem(this, value ?? savedValue(this, 'profiles'));
  };
}

/** True, or what is wrong with the first profile that the server would refuse. The server's own rules decide. */
export function profilesProblem(node: EditorNode, profiles: unknown): true | string {
  try {
    readProfiles(profiles);
    return true;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return sentenceOf(node, error, profiles);
  }
}

/** In the language of the editor where the dialog can make the mistake; else as the server says it. */
function sentenceOf(node: EditorNode, { field, message }: ConfigError, profiles: unknown): string {
  const row = Number(/^profiles, row (\d+)/.exec(field)?.[1]);
  const key = / quality(?:,|$)/.test(field) ? 'quality' : / retention(?:,|$)/.test(field) ? 'retention' : field.slice(field.lastIndexOf(',') + 1).trim();
  if (!Number.isInteger(row) || !FIELDS.includes(key) || !Array.isArray(profiles)) return message;
  const names = profiles.map((profile: unknown) => (typeof profile === 'object' && profile !== null && 'name' in profile ? textOf(profile.name).trim() : ''));
  const name = names[row - 1] ?? '';
  const isRepeated = key === 'name' && name !== '' && names.indexOf(name) < row - 1;
  return textsOf(node.type)(`profiles.problems.${isRepeated ? 'sameName' : key}`, { row, name });
}
