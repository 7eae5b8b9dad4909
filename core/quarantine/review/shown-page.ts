import type { QuarantineEntry } from '../quarantine.ts';

/** The payload for a person: as text where it is readable UTF-8, else in hexadecimal, a space between bytes. */
export interface PayloadPreview {
  kind: 'text' | 'hex';
  text: string;
  /** Whether the payload goes on after it. */
  cut: boolean;
}

/** An entry as plain JSON. */
export type ShownEntry = Omit<QuarantineEntry, 'payload'> & {
  /** All bytes, in base64. */
  payload: string;
  /** How many bytes the payload has. */
  size: number;
  preview: PayloadPreview;
};

/** Entries of a filter, the newest first. */
export interface ShownPage {
  entries: ShownEntry[];
  /** How many entries the filter means in all. */
  count: number;
  /** Where the next page begins; absent: this is the last. */
  next?: number;
}
