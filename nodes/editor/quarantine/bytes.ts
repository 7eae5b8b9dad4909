const ROW = 16;
/** Three bytes are four characters of base64. */
const MOST_SHOWN = 8_190;

/** The beginning of a payload, from base64: as the text that it would be, and as rows of hexadecimal with the characters beside them. */
export interface ShownPayload {
  text: string;
  hex: string;
  /** How many bytes are shown. */
  shown: number;
}

export function payloadFrom(base64: string): ShownPayload {
  const bytes = Uint8Array.from(atob(base64.slice(0, (MOST_SHOWN / 3) * 4)), (character) => character.charCodeAt(0));
  return { text: new TextDecoder().decode(bytes, { stream: true }), hex: hexRows(bytes), shown: bytes.length };
}

function hexRows(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW) {
    const row = [...bytes.subarray(at, at + ROW)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const characters = row.map((byte) => (byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('');
    rows.push(`${at.toString(16).padStart(4, '0')}  ${hex.padEnd(3 * ROW - 1)}  ${characters}`);
  }
  return rows.join('\n');
}
