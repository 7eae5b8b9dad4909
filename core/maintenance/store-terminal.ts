import type { Clock } from '../clock/clock.ts';

/** Where a command of `holdfast-store` is given, and where it answers. */
export interface StoreTerminal {
  /** How the command is spelled there, such as "npx holdfast-store". */
  program: string;
  /** The directory of the backend where none is given; undefined: one has to be. */
  directory: string | undefined;
  clock: Clock;
  /** What is to be imported, where no file is named. */
  input(): AsyncIterable<string>;
  /** A line of the answer. */
  say(text: string): void;
  /** A line beside the answer: what went wrong, or how it ended. */
  note(text: string): void;
  /** A part of the answer as it is; resolves when whoever reads has taken it. */
  write(text: string): Promise<void>;
}
