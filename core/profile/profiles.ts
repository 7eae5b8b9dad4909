import type { Profile } from './profile.ts';

/** The profiles that are in force, by name. */
export class Profiles {
  #byName: ReadonlyMap<string, Profile> = new Map();

  /** Puts these in force, and no others. */
  set(profiles: readonly Profile[]): void {
    this.#byName = new Map(profiles.map((profile) => [profile.name, profile]));
  }

  of(name: string): Profile | undefined {
    return this.#byName.get(name);
  }
}
