import type { NodeMessage } from 'node-red';
import type { EpisodeEvent } from '../../core/anomaly/device/episode-event.ts';

/** A message about an episode. `msg.episode` stays on it while a dashboard asks a person, and names the episode in the answer. */
export interface EpisodeMessage extends NodeMessage {
  topic: string;
  payload: EpisodeEvent & { state: 'began' | 'ended' };
  episode: string;
  iot: { v: 1; kind: 'episode'; id: string; device: string; ts: number; src: { via: 'flow' } };
}

/** One message when an episode begins and one when it ends, each under an id of its own, so that effects act once. */
export function episodeMessage(event: EpisodeEvent): EpisodeMessage {
  const { id, device, since, until } = event;
  const state = until === undefined ? 'began' : 'ended';
  return { topic: device, payload: { ...event, state }, episode: id, iot: { v: 1, kind: 'episode', id: `${id}/${state}`, device, ts: until ?? since, src: { via: 'flow' } } };
}
