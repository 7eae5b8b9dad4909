const MOST_CHARACTERS = 1024 * 1024;

/** Joins lines to texts of at most so many lines, and about a million characters; `last` marks the one that nothing comes after. No line: one empty text. */
export async function* partsOfExport(lines: AsyncIterable<string>, linesOfPart: number): AsyncGenerator<{ text: string; lines: number; last: boolean }, void> {
  let part: string[] = [];
  let characters = 0;
  for await (const line of lines) {
    if (part.length >= linesOfPart || characters >= MOST_CHARACTERS) {
      yield { text: part.join(''), lines: part.length, last: false };
      [part, characters] = [[], 0];
    }
    part.push(line);
    characters += line.length;
  }
  yield { text: part.join(''), lines: part.length, last: true };
}
