/** A version as it is saved. What cannot be read is kept as it was typed, for the validator to name it. */
export interface SavedVersion {
  version?: number | string;
  schema?: unknown;
  dialect?: string;
  note?: string;
}

/** A contract as it is saved. */
export interface SavedContract {
  id?: string;
  title?: string;
  versions?: SavedVersion[];
}

/** A version while the dialog is open: its schema is the text that a person writes. */
export interface EditedVersion {
  version: number | string;
  text: string;
  dialect: string;
  note: string;
}

const FIRST: EditedVersion = { version: 1, text: '{\n  "type": "object",\n  "properties": {\n    "temperature": { "type": "number", "x-unit": "Cel" }\n  },\n  "required": ["temperature"]\n}', dialect: '', note: '' };

/** The versions of a saved contract, the oldest first; a first one where it has none. */
export function editedVersions({ versions }: SavedContract): EditedVersion[] {
  const edited = (Array.isArray(versions) ? versions : []).map(({ version, schema, dialect, note }) => ({ version: version ?? '', text: textOfSchema(schema), dialect: dialect ?? '', note: note ?? '' }));
  return edited.length > 0 ? edited.sort((a, b) => Number(a.version) - Number(b.version)) : [{ ...FIRST }];
}

export function savedVersion({ version, text, dialect, note }: EditedVersion): SavedVersion {
  return { version, schema: schemaOfText(text), ...(dialect !== '' && { dialect }), ...(note.trim() !== '' && { note: note.trim() }) };
}

/** A next version that begins as the newest one is. `known`: numbers that a former flow has used. */
export function nextVersion(versions: readonly EditedVersion[], known: readonly number[]): EditedVersion {
  const newest = versions.at(-1) ?? FIRST;
  const numbers = [...versions.map(({ version }) => Number(version)), ...known].filter((number) => Number.isInteger(number));
  return { ...newest, version: Math.max(0, ...numbers) + 1, note: '' };
}

function textOfSchema(schema: unknown): string {
  return typeof schema === 'string' ? schema : schema === undefined ? '' : JSON.stringify(schema, null, 2);
}

function schemaOfText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
