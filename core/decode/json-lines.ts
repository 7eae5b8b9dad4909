import type { Decoded } from './decoded.ts';
import { decodeJsonText } from './json.ts';
import { emptyPayload, tooManySamples } from './decode-error.ts';
import { LIMITS } from './limits.ts';
import { atPlace, linesOf } from './line.ts';

/**
 * The samples in a text with one JSON value in each line (jsonlines.org, ndjson); lines with white space alone are skipped.
 *
 * @throws DecodeError that names the line
 */
export function decodeJsonLines(text: string): Decoded[] {
  const samples: Decoded[] = [];
  for (const line of linesOf(text)) {
    try {
      samples.push(...decodeJsonText(line.text));
    } catch (error) {
      throw atPlace(error, `Line ${line.number}`, line.start);
    }
    if (samples.length > LIMITS.samplesPerPayload) throw tooManySamples();
  }
  if (samples.length === 0) throw emptyPayload();
  return samples;
}
