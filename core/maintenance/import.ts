import { messageOf } from '../errors/holdfast-error.ts';
import type { Sample } from '../sample/sample.ts';
import type { Store, StoreCounts } from '../store/store.ts';
import { MaintenanceError } from './maintenance-error.ts';
import { sampleOfLine } from './reading-line.ts';

/** What came of an import. */
export interface Import extends Pick<StoreCounts, 'stored' | 'duplicates' | 'corrected'> {
  lines: number;
}

/** Readings that share a commit. */
const BATCH = 2_000;
/** Characters of a line; a text of a reading can be long. */
const LONGEST_LINE = 16 << 20;

/**
 * Stores what `exportReadings` wrote as JSON lines, in parts of any length. It may be begun again after whatever ended it: what is there
 * already is a duplicate.
 *
 * @throws MaintenanceError that names the first line that cannot be read; the lines before it are stored. StorageError of the store.
 */
export async function importReadings(store: Store, parts: AsyncIterable<string>, told: (lines: number) => void = () => undefined): Promise<Import> {
  const { stored, duplicates, corrected } = store.counts;
  let lines = 0;
  let batch: Sample[] = [];
  const commit = async (): Promise<void> => {
    if (batch.length > 0) await write(store, batch);
    batch = [];
    told(lines);
  };
  for await (const line of linesOf(parts)) {
    lines += 1;
    if (line.trim() === '') continue;
    try {
      batch.push(sampleOfLine(line));
    } catch (error) {
      await commit();
      throw new MaintenanceError(`Line ${lines} cannot be imported: ${messageOf(error)}. The lines before it are stored. Mend or remove it and import the file again: what is stored already counts as duplicate.`, { cause: error });
    }
    if (batch.length >= BATCH) await commit();
  }
  await commit();
  const { counts } = store;
  return { lines, stored: counts.stored - stored, duplicates: counts.duplicates - duplicates, corrected: counts.corrected - corrected };
}

function write(store: Store, samples: readonly Sample[]): Promise<void> {
  return new Promise((resolve, reject) => store.write(samples, (error) => (error ? reject(error) : resolve())));
}

async function* linesOf(parts: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const part of parts) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > LONGEST_LINE) throw new MaintenanceError('A line has more than 16 million characters. Import JSON lines, one reading a line, as the export writes them.');
  }
  if (rest !== '') yield rest;
}
