import { HoldfastError, messageOf } from '../errors/holdfast-error.ts';

/** What kept SQLite or PostgreSQL from doing its work; the last part of `StorageError.code`. */
export type StorageFailure = 'UNAVAILABLE' | 'FULL' | 'DAMAGED' | 'READ_ONLY' | 'IN_USE' | 'CANNOT_OPEN' | 'TOO_NEW' | 'INPUT_OUTPUT' | 'FAILED';

/** A file or a database of the backend that could not be opened, read or written. Codes `HOLDFAST_STORAGE_<failure>`. */
export class StorageError extends HoldfastError {
  readonly failure: StorageFailure;
  /** The file, or the database server as `postgresql://host:port/database`. */
  readonly path: string;

  constructor(failure: StorageFailure, path: string, message: string, options?: ErrorOptions) {
    super(`HOLDFAST_STORAGE_${failure}`, message, options);
    this.failure = failure;
    this.path = path;
  }
}

/** SQLite's primary result codes (sqlite.org/rescode.html) that have a cure of their own. */
const FAILURES = new Map<number, Exclude<StorageFailure, 'UNAVAILABLE'>>([
  [5, 'IN_USE'],
  [6, 'IN_USE'],
  [8, 'READ_ONLY'],
  [10, 'INPUT_OUTPUT'],
  [11, 'DAMAGED'],
  [13, 'FULL'],
  [14, 'CANNOT_OPEN'],
  [26, 'DAMAGED'],
]);

/** Turns whatever node:sqlite threw for the file at `path` into a sentence with a cure. */
export function storageError(path: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const failure = FAILURES.get(resultCode(error) & 0xff) ?? 'FAILED';
  return new StorageError(failure, path, sentence(failure, path, messageOf(error)), { cause: error });
}

/**
 * Whether the disk, the file or the database server is the cause, and not what was to be written: the same data may well be written later, and
 * must not be given up because of it.
 */
export function isDiskAtFault(error: unknown): boolean {
  return error instanceof StorageError && error.failure !== 'FAILED';
}

function resultCode(error: unknown): number {
  return typeof error === 'object' && error !== null && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0;
}

function sentence(failure: Exclude<StorageFailure, 'UNAVAILABLE'>, path: string, detail: string): string {
  switch (failure) {
    case 'FULL':
      return `The disk that holds ${path} is full. Free some space; Holdfast goes on by itself as soon as there is room.`;
    case 'DAMAGED':
      return `The file ${path} is damaged (${detail}). Restore it from a backup, or move it away to start with an empty one.`;
    case 'READ_ONLY':
      return `The file ${path} cannot be written. Give the user that runs Node-RED the right to write to it and its directory.`;
    case 'IN_USE':
      return `The file ${path} is in use by another process. Stop the other Node-RED that uses this directory, or choose another directory.`;
    case 'CANNOT_OPEN':
      return `The file ${path} cannot be opened. Check that its directory exists and that the user that runs Node-RED may write there.`;
    case 'INPUT_OUTPUT':
      return `The disk failed while ${path} was read or written (${detail}). Check the disk; nothing that was not on it has been acknowledged.`;
    case 'TOO_NEW':
    case 'FAILED':
      return `The file ${path} could not be used: ${detail}.`;
  }
}
