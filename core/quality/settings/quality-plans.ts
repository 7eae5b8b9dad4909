import type { Profile } from '../../profile/profile.ts';
import type { DevicePlan } from '../device/plan.ts';
import { profileSettings } from './profile-settings.ts';
import { DEFAULT_SETTINGS, qualityPlan } from './quality-plan.ts';
import { NO_SETTINGS } from './settings.ts';
import type { QualitySettings } from './settings.ts';

export interface QualityPlansOptions {
  /** Those of the node; they have more weight than what a profile says. */
  settings: QualitySettings;
  /** Whether what the profiles say counts. */
  usesProfiles: boolean;
  /** Whether the tests that learn by themselves run where nothing is said of them. */
  usesDefaults: boolean;
  profiles: { of(name: string): Profile | undefined };
}

/** By what the devices of each profile are judged; a profile that is put in force anew is read anew. */
export class QualityPlans {
  readonly #options: QualityPlansOptions;
  readonly #plans = new WeakMap<Profile, DevicePlan>();
  readonly #withoutProfile: DevicePlan;

  constructor(options: QualityPlansOptions) {
    this.#options = options;
    this.#withoutProfile = this.#make(undefined);
  }

  /** @param name of a profile; undefined: the device has none. */
  of(name: string | undefined): DevicePlan {
    const { profiles, usesProfiles } = this.#options;
    const profile = name === undefined || !usesProfiles ? undefined : profiles.of(name);
    if (!profile) return this.#withoutProfile;
    const known = this.#plans.get(profile);
    if (known) return known;
    const plan = this.#make(profile);
    this.#plans.set(profile, plan);
    return plan;
  }

  #make(profile: Profile | undefined): DevicePlan {
    const { settings, usesDefaults } = this.#options;
    const ofProfile = profile ? profileSettings(profile) : NO_SETTINGS;
    return qualityPlan([usesDefaults ? DEFAULT_SETTINGS : NO_SETTINGS, ofProfile, settings], (metric) => profile?.metrics[metric]?.unit);
  }
}
