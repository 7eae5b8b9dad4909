import { decodeCbor } from './cbor.ts';
import { decodeCsv } from './csv.ts';
import { DecodeError } from './decode-error.ts';
import type { DecodeContext, Decoded } from './decoded.ts';
import type { PayloadFormat } from './format.ts';
import { decodeForwarded } from './forwarded.ts';
import { guess, guessFormat } from './guess.ts';
import { decodeJsonLines } from './json-lines.ts';
import { decodeJsonBytes, decodeJsonText } from './json.ts';
import { decodeLineProtocol } from './line-protocol.ts';
import { decodeMessagePack } from './messagepack.ts';
import { decodeText } from './plain-text.ts';
import { decodeSenmlCbor, decodeSenmlJson } from './senml.ts';
import { textOf } from './text.ts';

/** The samples of a payload, by the decoder of a format, before they are judged. Throws DecodeError. */
export function decodeFormat(payload: Uint8Array | string, format: PayloadFormat, context: DecodeContext): Decoded[] {
  switch (format) {
    case 'auto': {
      if (typeof payload !== 'string' && payload[0] === 0x7b) return decodeObjects(payload);
      const guessed = guess(payload, context);
      return guessed.samples ?? decodeFormat(guessed.text ?? payload, guessed.format, context);
    }
    case 'json':
      return typeof payload === 'string' ? decodeJsonText(payload) : decodeJsonBytes(payload);
    case 'json-lines':
      return decodeJsonLines(asText(payload));
    case 'text':
      return decodeText(asText(payload));
    case 'csv':
      return decodeCsv(asText(payload));
    case 'line-protocol':
      return decodeLineProtocol(asText(payload));
    case 'senml-json':
      return decodeSenmlJson(payload, context);
    case 'senml-cbor':
      return decodeSenmlCbor(asBytes(payload), context);
    case 'cbor':
      return decodeCbor(asBytes(payload));
    case 'messagepack':
      return decodeMessagePack(asBytes(payload));
    case 'forwarded':
      return decodeForwarded(payload);
    case 'sparkplug-b':
      throw new DecodeError('unsupported-format', 'A payload in Sparkplug B cannot be read alone, since what it means depends on the messages before it. Receive it with a broker subscriber whose format is Sparkplug B.');
  }
}

function asText(payload: Uint8Array | string): string {
  return typeof payload === 'string' ? payload : textOf(payload);
}

/**
 * What begins with an object, without guessing first, since nearly every payload does and is JSON: only what is not JSON can be JSON lines.
 */
function decodeObjects(payload: Uint8Array): Decoded[] {
  try {
    return decodeJsonBytes(payload);
  } catch (error) {
    const isOther = error instanceof DecodeError && error.reason === 'syntax' && guessFormat(payload) === 'json-lines';
    if (isOther) return decodeJsonLines(textOf(payload));
    throw error;
  }
}

function asBytes(payload: Uint8Array | string): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}
