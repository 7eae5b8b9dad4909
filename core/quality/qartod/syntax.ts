import { ConfigError } from '../../errors/holdfast-error.ts';
import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import { readChoice, readCount, show } from './options.ts';

export interface SyntaxOptions {
  /** How many characters, bytes or fields a message has (NCHAR). */
  length: number;
  /** `character`, the default, or `byte`: of a text, two hexadecimal digits are one; bytes are counted as they are. */
  unit?: 'character' | 'byte';
  /** What stands between fields: with it, these are counted. */
  delimiter?: string;
}

/** A message as it came; null: none came. */
export type Message = string | Uint8Array | null | undefined;

/** Judges single messages. It keeps no state. */
export interface SyntaxTest {
  /** @returns the flag of the message. */
  update(message: Message): Quality;
}

const MOST = 16_777_216;

/**
 * `syntax_test`: a message is bad when it is not of the length that it has to be (IOOS QARTOD manuals, test 2: REC_CHAR not NCHAR; ioos_qc `syntax_test` since 3.0), and
 * so is a text of an odd number of hexadecimal digits when bytes are counted. None at all is missing.
 *
 * @throws ConfigError when an option cannot be.
 */
export function createSyntaxTest(options: SyntaxOptions): SyntaxTest {
  const length = readCount('length', options.length, 'how long a message is', 0, MOST);
  const unit = readChoice('unit', options.unit ?? 'character', ['character', 'byte']);
  const delimiter: unknown = options.delimiter;
  if (delimiter !== undefined && (typeof delimiter !== 'string' || delimiter === '')) {
    throw new ConfigError('delimiter', `delimiter is ${show(delimiter)}: give the text that stands between fields, such as ",", or leave it out.`);
  }
  return {
    update(message) {
      if (message === null || message === undefined) return QUALITY.missing;
      return lengthOf(message, unit, delimiter) === length ? QUALITY.good : QUALITY.bad;
    },
  };
}

/** `syntax_test` over a list of messages; see `createSyntaxTest`. */
export function syntaxTest({ messages, ...options }: SyntaxOptions & { messages: Iterable<Message> }): Quality[] {
  const test = createSyntaxTest(options);
  return Array.from(messages, (message) => test.update(message));
}

/** NaN when half a byte is left over. */
function lengthOf(message: string | Uint8Array, unit: 'character' | 'byte', delimiter: string | undefined): number {
  if (delimiter === undefined && unit === 'byte') {
    if (typeof message !== 'string') return message.length;
    return message.length % 2 === 0 ? message.length / 2 : Number.NaN;
  }
  const text = typeof message === 'string' ? message : new TextDecoder().decode(message);
  if (delimiter !== undefined) return unit === 'byte' && text.length % 2 !== 0 ? Number.NaN : text.split(delimiter).length;
  return Array.from(text).length;
}
