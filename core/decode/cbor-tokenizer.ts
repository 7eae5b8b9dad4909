import { isUtf8 } from 'node:buffer';
import type { Token, Tokenizer } from 'cborg';
import { fromBigInt } from './big-integer.ts';
import { ByteString } from './byte-string.ts';
import { DecodeError } from './decode-error.ts';
import { LIMITS } from './limits.ts';
import type { cborgLibrary } from './optional-libraries.ts';
import { isUnsafe, UnsafeNumber } from './unsafe-number.ts';

type Cborg = ReturnType<typeof cborgLibrary>;
type Options = ConstructorParameters<typeof Tokenizer>[1];

/** Levels that a payload may need beside those of its readings: the array of samples, the object around `values`, a tag and its content. */
const AROUND = 4;

/**
 * Cuts CBOR (RFC 8949) into tokens with cborg, and adds what cborg leaves to its caller: the depth is bounded before anything recurses,
 * a count that the payload cannot hold is refused, a break stands only where it may, text is UTF-8, and strings of indefinite length
 * are joined. What JavaScript has no value for
 * becomes an UnsafeNumber or a ByteString.
 */
export class CheckedTokenizer {
  readonly #cborg: Cborg;
  readonly #bytes: Uint8Array;
  readonly #options: Options;
  /** How many items are still to come in each array, map (keys counted too) and tag that is being read, outermost first; Infinity: until a break. */
  readonly #left: number[] = [];
  #tokenizer: Tokenizer;
  /** Where the present tokenizer's bytes start. */
  #start = 0;

  constructor(cborg: Cborg, bytes: Uint8Array, options: Options) {
    this.#cborg = cborg;
    this.#bytes = bytes;
    this.#options = options;
    this.#tokenizer = new cborg.Tokenizer(bytes, options);
  }

  pos(): number {
    return this.#start + this.#tokenizer.pos();
  }

  done(): boolean {
    return this.pos() >= this.#bytes.length;
  }

  next(): Token {
    const at = this.pos();
    const head = this.#bytes[at];
    const token = head === 0x5f || head === 0x7f ? this.#joined(at, head) : this.#tokenizer.next();
    switch (token.type.name) {
      case 'array':
        return this.#opened(token, Number(token.value), at);
      case 'map':
        return this.#opened(token, Number(token.value) * 2, at);
      case 'tag':
        return this.#opened(token, 1, at);
      case 'break':
        this.#closed(at);
        return token;
      default:
        this.#completed();
        return this.#checked(token, at);
    }
  }

  #opened(token: Token, items: number, at: number): Token {
    if (items === 0) {
      this.#completed();
      return token;
    }
    const left = this.#bytes.length - this.pos();
    if (items !== Infinity && items > left) throw syntax(`byte ${at} announces ${items} items, and ${left} bytes follow`, at);
    if (this.#left.length >= LIMITS.depth + AROUND) {
      throw new DecodeError('depth', `The payload is nested deeper than ${LIMITS.depth} levels, at byte ${at}. Send a flatter object.`, { position: at });
    }
    this.#left.push(items);
    return token;
  }

  #closed(at: number): void {
    // A break after a key is taken here, and by cborg for the value: then it waits for a second one, which cannot be there.
    if (this.#left.at(-1) !== Infinity) throw syntax(`byte ${at} ends something that has not begun`, at);
    this.#left.pop();
    this.#completed();
  }

  #completed(): void {
    while (this.#left.length > 0) {
      const left = (this.#left.pop() ?? 1) - 1;
      if (left === 0) continue;
      this.#left.push(left);
      return;
    }
  }

  #checked(token: Token, at: number): Token {
    const value: unknown = token.value;
    if (typeof value === 'string') {
      // What is not UTF-8 shows as U+FFFD; only then is it worth to look at the bytes.
      if (value.includes('\uFFFD') && !isUtf8(this.#bytes.subarray(at, this.pos()).subarray(headLength(this.#bytes[at])))) {
        throw new DecodeError('encoding', `The text at byte ${at} is not UTF-8. Send text encoded as UTF-8.`, { position: at });
      }
    } else if (typeof value === 'number') {
      // A float holds what the device sent: unlike an integer in JSON it lost no digits.
      if (token.type.name === 'float' && isUnsafe(value) && Number.isFinite(value)) return this.#token(token, new UnsafeNumber(value.toExponential(), value));
    } else if (typeof value === 'bigint') {
      return this.#token(token, fromBigInt(value));
    } else if (value instanceof Uint8Array) {
      return this.#token(token, new ByteString(value));
    }
    return token;
  }

  #token(token: Token, value: unknown): Token {
    return new this.#cborg.Token(token.type, value, token.encodedLength);
  }

  /** RFC 8949, section 3.2.3: chunks of the same type and of definite length, up to a break. */
  #joined(at: number, head: number): Token {
    const { Token: TokenClass, Tokenizer: TokenizerClass, Type } = this.#cborg;
    const type = head === 0x5f ? Type.bytes : Type.string;
    const texts: string[] = [];
    const parts: Uint8Array[] = [];
    let position = this.#skipTo(at + 1);
    while (this.#bytes[position] !== 0xff) {
      if (position >= this.#bytes.length) throw syntax('it ends too early', position);
      if ((this.#bytes[position] ?? 0) >>> 5 !== type.major) throw syntax(`the string at byte ${at} holds something else than its chunks, at byte ${position}`, position);
      const chunk = this.#checked(this.#tokenizer.next(), position);
      const value: unknown = chunk.value;
      if (typeof value === 'string') texts.push(value);
      else if (value instanceof ByteString) parts.push(value.bytes);
      position = this.pos();
    }
    this.#start = position + 1;
    this.#tokenizer = new TokenizerClass(this.#bytes.subarray(this.#start), this.#options);
    return new TokenClass(type, head === 0x5f ? Buffer.concat(parts) : texts.join(''), this.#start - at);
  }

  #skipTo(position: number): number {
    this.#start = position;
    this.#tokenizer = new this.#cborg.Tokenizer(this.#bytes.subarray(position), this.#options);
    return position;
  }
}

/** Bytes before the content of a string of definite length. */
function headLength(head = 0): number {
  const minor = head & 31;
  return minor < 24 ? 1 : 1 + 2 ** (minor - 24);
}

/** A payload that is not CBOR, or not the CBOR that is read here. */
export function syntax(problem: string, position: number, options?: ErrorOptions): DecodeError {
  return new DecodeError('syntax', `The payload cannot be read as CBOR: ${problem}. Check the format, and what the device encodes.`, { ...options, position });
}
