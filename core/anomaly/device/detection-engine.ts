import type { Clock } from '../../clock/clock.ts';
import { judgedTime } from '../../sample/judged-time.ts';
import type { Sample } from '../../sample/sample.ts';
import type { DeviceStates } from '../../state/device-states.ts';
import { devicePlan, weeklyWindows } from './detection-settings.ts';
import type { DetectionSettings } from './detection-settings.ts';
import type { DeviceDetectors, JudgedSample, TimeStretch } from './device-detectors.ts';
import type { DevicePlan, Peers } from './device-plan.ts';
import { readEpisodeAnswer } from './episode-answer.ts';
import { ALL_DEVICES, readMaintenanceCommand } from './maintenance-command.ts';
import type { MemorySummary } from './memory-budget.ts';
import { lifecycleReason, MAINTENANCE } from './sentences.ts';
import type { WeeklyWindows } from './weekly-windows.ts';

export interface DetectionEngineOptions {
  settings: DetectionSettings;
  states: Pick<DeviceStates<DeviceDetectors>, 'get' | 'peek' | 'changed' | 'touched' | 'commit' | 'flushAll'>;
  clock: Clock;
  /** Told of what went wrong where nobody waits for an answer. */
  problem: (error: unknown) => void;
  peers?: Peers;
}

/** What became of an answer about an episode. */
export interface Answered {
  taken: boolean;
  /** A sentence for who answered. */
  sentence: string;
}

/** The maintenance that now stands for a device, or for all (`*`). */
export interface Maintained extends TimeStretch {
  device: string;
}

/** Under this name, which no device can have, stands what is of all devices. */
const EVERYBODY = '';
/** Snapshots are large beside what changes in them: so often, by event time, one is written, in ms. */
const SAVED_EVERY = 30 * 60_000;

/**
 * Judges the samples of all devices of a node.
 *
 * What it has learned of a device is written when an episode begins or ends, with each answer and each maintenance command, before the device leaves
 * memory, at the end, and else once in half an hour of event time: a kill takes back at most that much learning, and no episode.
 */
export class DetectionEngine {
  readonly #options: DetectionEngineOptions;
  readonly #plan: DevicePlan;
  readonly #windows: WeeklyWindows;
  /** The last maintenance of all devices that was begun by hand. */
  #maintenance: TimeStretch | undefined;

  /** @throws ConfigError (`HOLDFAST_CONFIG`) for settings that cannot work. */
  constructor(options: DetectionEngineOptions) {
    const { settings, problem, peers, states } = options;
    this.#options = options;
    this.#plan = devicePlan(settings, problem, peers);
    this.#windows = weeklyWindows(settings);
    this.#maintenance = states.peek(EVERYBODY).maintenance;
  }

  /** Judges a sample and notes on it what was found in each metric; everything else of it stays as it is. */
  judge(sample: Sample): JudgedSample {
    const { states } = this.#options;
    const detectors = states.get(sample.device);
    const judged = detectors.judge(sample, this.#plan, this.#silence(sample, detectors));
    if (judged.began.length > 0 || judged.ended.length > 0 || detectors.isDue(SAVED_EVERY)) {
      detectors.saved();
      states.changed(sample.device);
    } else states.touched(sample.device);
    return judged;
  }

  /**
   * Takes what a person says of an episode: `{ device, metric, since, expected }`, as the episode's event has them. It is on disk when this resolves.
   *
   * @throws ConfigError (`HOLDFAST_CONFIG`) for what is no answer, StorageError where the disk refuses.
   */
  async answer(message: unknown): Promise<Answered> {
    const { states } = this.#options;
    const answer = readEpisodeAnswer(message);
    const { device, metric, expected } = answer;
    if (states.peek(device).isNew) return { taken: false, sentence: `Nothing was ever heard of a device ${device.slice(0, 80)}. Send the device as it stands in the episode.` };
    const refusal = states.get(device).answer(answer, this.#plan);
    if (refusal !== undefined) return { taken: false, sentence: refusal };
    states.changed(device);
    await states.commit(device);
    const taken = expected ? 'expected: nothing that is no more unusual begins an episode from now on' : 'not expected: the detector does not get used to it';
    return { taken: true, sentence: `This episode of ${metric} of ${device} was ${taken}.` };
  }

  /**
   * Begins or ends maintenance: `{ device, minutes }`, `{ device, until }` or `{ device, end: true }`, of one device or of all (`*`). Meanwhile readings
   * are judged and not learned from, no episode begins, and one that runs ends. It is on disk when this resolves.
   *
   * @throws ConfigError (`HOLDFAST_CONFIG`) for what is no such command, StorageError where the disk refuses.
   */
  async maintain(command: unknown): Promise<Maintained> {
    const { states, clock } = this.#options;
    const now = clock.now();
    const { device, until } = readMaintenanceCommand(command, now);
    const name = device === ALL_DEVICES ? EVERYBODY : device;
    const detectors = states.get(name);
    const former = detectors.maintenance;
    const stretch = { from: former && former.from <= now && now < former.until ? former.from : now, until };
    detectors.maintenance = stretch;
    if (name === EVERYBODY) this.#maintenance = stretch;
    states.changed(name);
    await states.commit(name);
    return { device, ...stretch };
  }

  /** How many series are in memory, and with which profile. */
  summary(): MemorySummary {
    return this.#plan.budget.summary;
  }

  /** To be told of each device that leaves memory: what it took is free for others. */
  left(detectors: DeviceDetectors): void {
    detectors.leave(this.#plan);
  }

  /** Writes what has been learned; resolves when it is on disk. To be called before the states are closed. */
  close(): Promise<void> {
    return this.#options.states.flushAll();
  }

  /** Why nothing of a sample is learned and it begins no episode. What was taken before or after maintenance is judged as ever, whenever it comes. */
  #silence(sample: Sample, { maintenance }: DeviceDetectors): string | undefined {
    const reason = lifecycleReason(sample.lifecycle);
    if (reason !== undefined) return reason;
    const time = judgedTime(sample);
    // The clock of a device may be behind; what it sends now is of now.
    const now = sample.historical === true ? time : sample.received;
    const isMaintained = isWithin(maintenance, time) || isWithin(maintenance, now) || isWithin(this.#maintenance, time) || isWithin(this.#maintenance, now) || this.#windows.has(time);
    return isMaintained ? MAINTENANCE : undefined;
  }
}

function isWithin(stretch: TimeStretch | undefined, time: number): boolean {
  return stretch !== undefined && time >= stretch.from && time < stretch.until;
}
