import { aTurn } from '../a-turn.ts';
import { BYTES_OF_PAGE } from '../selection.ts';
import type { Quarantine, QuarantineEntry, QuarantineFilter } from '../quarantine.ts';
import type { PayloadPreview, ShownEntry, ShownPage } from './shown-page.ts';

const PREVIEW_BYTES = { text: 2_048, hex: 512 } as const;
// What a terminal or a person cannot show is no text, whatever its encoding; tabs and line ends are.
const UNREADABLE = /[^\P{Cc}\t\n\r]/u;

/** An entry as plain JSON, its bytes in base64, with a preview. */
export function shownEntry({ payload, ...entry }: QuarantineEntry): ShownEntry {
  return { ...entry, payload: Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('base64'), size: payload.length, preview: previewOf(payload) };
}

/** The beginning of a payload as a person can read it. */
export function previewOf(payload: Uint8Array): PayloadPreview {
  const text = textOf(payload.subarray(0, PREVIEW_BYTES.text));
  if (text !== undefined) return { kind: 'text', text, cut: payload.length > PREVIEW_BYTES.text };
  const hex = Array.from(payload.subarray(0, PREVIEW_BYTES.hex), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return { kind: 'hex', text: hex, cut: payload.length > PREVIEW_BYTES.hex };
}

/** A page of at most `limit` entries; large ones make it shorter. Works in slices. */
export async function shownPage(quarantine: Pick<Quarantine, 'list' | 'count'>, filter: QuarantineFilter, { limit, before }: { limit: number; before?: number }): Promise<ShownPage> {
  const count = await quarantine.count(filter);
  const entries: ShownEntry[] = [];
  let bytes = 0;
  let next: number | undefined;
  for (let isFull = count === 0; !isFull; ) {
    const below = next ?? before;
    const page = quarantine.list(filter, { limit: limit - entries.length, ...(below !== undefined && { before: below }) });
    next = page.next;
    for (const entry of page.entries) {
      entries.push(shownEntry(entry));
      bytes += entry.payload.length;
    }
    isFull = next === undefined || entries.length >= limit || bytes >= BYTES_OF_PAGE;
    if (!isFull) await aTurn();
  }
  return { entries, count, ...(next !== undefined && { next }) };
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    // As a stream: a character that the cut went through is left out, not refused.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true });
    return UNREADABLE.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
