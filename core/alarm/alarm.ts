import { judgedTime } from '../sample/judged-time.ts';
import type { Sample } from '../sample/sample.ts';
import { checkAlarmSettings, watchesLimit, type AlarmSettings } from './alarm-settings.ts';
import type { AlarmState, AlarmTransition } from './alarm-state.ts';
import { judge, type Evidence } from './condition.ts';
import { clearedSentence, raisedSentence } from './sentences.ts';

/** Why a sample left an alarm as it was: for the counts of a node. */
export type Ignored = 'late' | 'no-reading' | 'historical' | 'lifecycle';

export interface AlarmStep {
  /** To be kept for the next sample of the device. */
  state: AlarmState;
  /** At most one; it is to be told, also when it is told again because its sample was delivered again. */
  transition?: AlarmTransition;
  /** Present when the sample said nothing that counts. */
  ignored?: Ignored;
}

export interface Alarm {
  readonly settings: AlarmSettings;
  /**
   * Takes the next sample of a device, with the state kept from the one before (undefined at first). Pure: the same state
   * and sample give the same step. Time is the samples' event time and nothing else, so a restart changes nothing.
   */
  step(state: AlarmState | undefined, sample: Sample): AlarmStep;
}

/**
 * An alarm with on-delay, off-delay and deadband as in ANSI/ISA-18.2 (IEC 62682), for one device at a time.
 * Throws a ConfigError (`HOLDFAST_CONFIG`) for settings that cannot work.
 */
export function createAlarm(settings: AlarmSettings): Alarm {
  checkAlarmSettings(settings);
  return { settings, step: (state, sample) => step(settings, state ?? { v: 1, raised: false }, inJudgedTime(sample)) };
}

/** The sample with the time that is believed: see `judgedTime`. */
function inJudgedTime(sample: Sample): Sample {
  const ts = judgedTime(sample);
  return ts === sample.ts ? sample : { ...sample, ts };
}

function step(settings: AlarmSettings, state: AlarmState, sample: Sample): AlarmStep {
  if (sample.lifecycle === 'retired') return { state, ignored: 'lifecycle' };
  const told = [state.lastRaised, state.lastCleared].find((transition) => transition?.sample === sample.id);
  if (told) return { state, transition: told };
  if (!Number.isFinite(sample.ts) || (state.ts !== undefined && sample.ts < state.ts)) return { state, ignored: 'late' };
  const evidence = judge(settings, sample, state.anomalous ?? [], state.raised);
  if (!evidence) return { state, ignored: 'no-reading' };

  const { says } = evidence;
  if (says === 'hold' && sample.historical === true) return { state, ignored: 'historical' };
  if (says === 'hold' && (sample.lifecycle ?? 'active') !== 'active') return { state, ignored: 'lifecycle' };

  const next: AlarmState = { ...state, ts: sample.ts };
  if (evidence.anomalous) next.anomalous = evidence.anomalous;
  delete next.since;
  if (says !== (state.raised ? 'over' : 'hold')) return { state: next };
  next.since = state.since ?? sample.ts;
  const delay = state.raised ? settings.offDelay : settings.onDelay;
  if (sample.ts - next.since < delay * 1000) return { state: next };
  return state.raised ? cleared(settings, next, sample, evidence) : raised(settings, next, sample, evidence);
}

function raised(settings: AlarmSettings, state: AlarmState, sample: Sample, evidence: Evidence): AlarmStep {
  // Raised, cleared and raised again at one instant would be two occurrences with one id: wait for the next instant.
  if (state.lastRaised?.ts === sample.ts) return { state };
  const transition: AlarmTransition = {
    id: occurrence(settings.name, sample.device, sample.ts),
    ...change(settings, 'raised', sample, evidence),
    message: raisedSentence(settings, sample.device, evidence),
    raisedAt: sample.ts,
  };
  delete state.since;
  return { state: { ...state, raised: true, lastRaised: transition }, transition };
}

function cleared(settings: AlarmSettings, state: AlarmState, sample: Sample, evidence: Evidence): AlarmStep {
  const raisedAt = state.lastRaised?.raisedAt ?? sample.ts;
  const durationMilliseconds = sample.ts - raisedAt;
  const transition: AlarmTransition = {
    id: state.lastRaised?.id ?? occurrence(settings.name, sample.device, raisedAt),
    ...change(settings, 'cleared', sample, evidence),
    message: clearedSentence(settings, sample.device, evidence, durationMilliseconds),
    ...(sample.historical === true ? { historical: true } : {}),
    raisedAt,
    durationMilliseconds,
  };
  delete state.since;
  return { state: { ...state, raised: false, lastCleared: transition }, transition };
}

function change(settings: AlarmSettings, state: AlarmTransition['state'], sample: Sample, { metric, value, limit }: Evidence) {
  return {
    alarm: settings.name,
    device: sample.device,
    state,
    severity: settings.severity,
    ts: sample.ts,
    metric,
    value,
    ...(limit !== undefined && watchesLimit(settings) ? { limit } : {}),
    sample: sample.id,
  };
}

/** A name for one occurrence that any instance would give it: made of nothing but the alarm, the device and the time of raise. */
function occurrence(name: string, device: string, ts: number): string {
  return [name, device].map((part) => encodeURIComponent(part.toWellFormed())).join('/') + `/${ts}`;
}
