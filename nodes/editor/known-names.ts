import { ask } from './ask.ts';
import { textOf } from './validators.ts';

type Known = Record<'devices' | 'metrics' | 'profiles' | 'tags', string[]>;

interface SuggestOptions {
  /** The id of the backend to ask; empty: none. */
  backend: () => string;
  names: keyof Known;
  /** The input holds several names, separated by commas. */
  list?: boolean;
  /** More names to offer, such as those that the dialog holds and nobody has deployed yet. */
  more?: () => readonly string[];
}

const MOST_SHOWN = 30;

/** Offers what the backend has seen so far while a person types. Without a running backend nothing is offered. */
export function suggestKnown(input: JQuery, { backend, names, list = false, more = () => [] }: SuggestOptions): void {
  let asked: { backend: string; names: Promise<string[]> } | undefined;
  const known = (): Promise<string[]> => {
    const id = backend();
    if (id === '' || id === '_ADD_') return Promise.resolve([]);
    if (asked?.backend !== id) {
      asked = { backend: id, names: ask<Known>('GET', `holdfast-backend/${id}/known`).then((answer) => answer[names], () => []) };
    }
    return asked.names;
  };

  input.autoComplete({
    minLength: 0,
    search(typed, done) {
      const start = list ? typed.lastIndexOf(',') + 1 : 0;
      const before = typed.slice(0, start).trim();
      const part = typed.slice(start).trim().toLowerCase();
      const taken = new Set(before.split(',').map((name) => name.trim()));
      void known().then((all) => {
        const fitting = [...new Set([...more(), ...all])].filter((name) => name.toLowerCase().includes(part) && name.toLowerCase() !== part && !taken.has(name));
        done(fitting.slice(0, MOST_SHOWN).map((name) => ({ value: before === '' ? name : `${before} ${name}`, label: name })));
      });
    },
  });
}

/** The backend that the open dialog has chosen. */
export function chosenBackendId(): string {
  return textOf($('#node-input-backend').val());
}
