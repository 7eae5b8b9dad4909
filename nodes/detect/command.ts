import { readEpisodeAnswer } from '../../core/anomaly/device/episode-answer.ts';
import type { EpisodeAnswer } from '../../core/anomaly/device/episode-answer.ts';
import { ALL_DEVICES } from '../../core/anomaly/device/maintenance-command.ts';
import { givenRecord, shownGiven } from '../../core/errors/given.ts';
import { ConfigError } from '../../core/errors/holdfast-error.ts';

/** What a message can tell a detect node. */
export type Command = { answer: EpisodeAnswer } | { maintenance: Record<string, unknown> };

/** `device/metric/since`; an id of a device has no slash. */
const EPISODE_ID = /^([^/]+)\/(.+)\/(-?\d+(?:\.\d+)?)$/s;
const SAMPLES: readonly unknown[] = ['sample', 'batch'];

/**
 * Reads what a message tells the node: an answer (`msg.expected` with `msg.episode`) or maintenance (`msg.maintenance`). Undefined: it brings samples,
 * whatever else stands on it.
 *
 * @throws ConfigError naming the field, the value and the cure.
 */
export function readCommand(message: object): Command | undefined {
  const { expected, episode, maintenance, iot }: { expected?: unknown; episode?: unknown; maintenance?: unknown; iot?: unknown } = message;
  const kind = typeof iot === 'object' && iot !== null && 'kind' in iot ? iot.kind : undefined;
  if (SAMPLES.includes(kind)) return undefined;
  if (expected !== undefined && maintenance !== undefined) throw new ConfigError('maintenance', 'The message has msg.expected and msg.maintenance. Send an answer and a maintenance command in a message each.');
  if (maintenance !== undefined) return { maintenance: { device: ALL_DEVICES, ...given(maintenance) } };
  if (expected !== undefined) return { answer: readEpisodeAnswer({ ...episodeOf(episode), expected: truth(expected) }) };
  if (kind === 'episode') throw new ConfigError('expected', 'The message is about an episode and has no msg.expected. Set it to true where the episode was expected, else to false; a change node does that.');
  return undefined;
}

/** Without a device it is meant for all. */
function given(maintenance: unknown): Record<string, unknown> {
  const { device, ...rest } = givenRecord(maintenance, 'msg.maintenance', 'an object such as { "device": "freezer-1", "minutes": 60 } or { "end": true }; without a device it is for all');
  return device === undefined ? rest : { device, ...rest };
}

function truth(expected: unknown): boolean {
  if (typeof expected === 'boolean') return expected;
  throw new ConfigError('expected', `msg.expected is ${shownGiven(expected)}. Set it to true where the episode was expected, else to false.`);
}

/** From its id, or from the episode itself. */
function episodeOf(episode: unknown): Record<string, unknown> {
  if (typeof episode === 'object' && episode !== null && 'device' in episode) return { ...episode };
  const [, device, metric, since] = EPISODE_ID.exec(typeof episode === 'string' ? episode : '') ?? [];
  if (device !== undefined) return { device, metric, since: Number(since) };
  throw new ConfigError('episode', `msg.episode is ${shownGiven(episode)}, which is no episode. Keep msg.episode as it came with the message of the episode, such as "freezer-1/temperature/1767225600000", or give the episode itself.`);
}
