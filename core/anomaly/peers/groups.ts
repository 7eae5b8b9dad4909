import type { Clock } from '../../clock/clock.ts';
import { ConfigError } from '../../errors/holdfast-error.ts';

/** Whom a device is compared with: the registered devices that have a tag, or those of a profile. */
export type PeerGroup = { readonly tag: string } | { readonly profile: string };

/** Groups that one node can compare within. */
const MOST_GROUPS = 16;
/** The members are asked for again after so many milliseconds: the list of all devices is gone through for it. */
const FRESH = 10_000;

interface Listed {
  readonly group: PeerGroup;
  /** How a sentence calls it. */
  readonly name: string;
  members: ReadonlySet<string>;
  asked: number;
}

/** Tells to which group a device belongs, by what the registry says now. */
export class Groups {
  readonly #listed: readonly Listed[];
  readonly #devicesOf: (group: PeerGroup) => readonly string[];
  readonly #clock: Clock;
  #version = 0;

  /** @throws ConfigError (`HOLDFAST_CONFIG`) for more groups than can be, or one without a name. */
  constructor(groups: readonly PeerGroup[], devicesOf: (group: PeerGroup) => readonly string[], clock: Clock) {
    if (groups.length > MOST_GROUPS) throw new ConfigError('groups', `${groups.length} groups are given. A device can be compared within at most ${MOST_GROUPS}: leave some out.`);
    this.#listed = groups.map((group) => ({ group, name: nameOf(group), members: new Set<string>(), asked: Number.NEGATIVE_INFINITY }));
    this.#devicesOf = devicesOf;
    this.#clock = clock;
  }

  /** Changes when a device may have joined or left a group. */
  get version(): number {
    return this.#version;
  }

  /** The first group in the order of the settings that the device is a member of; undefined: it is in none. */
  of(device: string): string | undefined {
    this.#refresh();
    return this.nameFor(device);
  }

  /** As `of`, without asking who the members are now. */
  nameFor(device: string): string | undefined {
    for (const { name, members } of this.#listed) if (members.has(device)) return name;
    return undefined;
  }

  /** The members of a large group take a while to list: one group at a time, but for the first time. */
  #refresh(): void {
    const now = this.#clock.now();
    for (const listed of this.#listed) {
      const isNew = listed.asked === Number.NEGATIVE_INFINITY;
      if (!isNew && now >= listed.asked && now - listed.asked < FRESH) continue;
      listed.asked = now;
      const devices = this.#devicesOf(listed.group);
      if (devices.length !== listed.members.size || !devices.every((device) => listed.members.has(device))) {
        listed.members = new Set(devices);
        this.#version += 1;
      }
      if (!isNew) return;
    }
  }
}

function nameOf(group: PeerGroup): string {
  const [kind, name] = 'tag' in group ? ['tag', group.tag] : ['profile', group.profile];
  if (name === '') throw new ConfigError('groups', `A group has an empty ${kind}. Name the ${kind} whose devices are to be compared, or remove the group.`);
  return `${kind} ${name}`;
}
