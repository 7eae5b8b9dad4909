import type { SampleHeader } from '../../sample/sample.ts';

/** The kind of an episode that only several metrics at once make one. */
export const TOGETHER = 'unusual together';

/** Of a metric that an episode of several stands with, while they calm down. */
export const NOT_OVER = 'What several metrics showed at the same time is not over yet. ';

const MOST_NAMED = 4;

/** Why nothing is learned of a device and no episode begins, by its lifecycle; undefined: both happen. */
export function lifecycleReason(lifecycle: SampleHeader['lifecycle']): string | undefined {
  switch (lifecycle) {
    case 'commissioning':
      return 'Not learned, and no episode: the device is being commissioned.';
    case 'maintenance':
      return MAINTENANCE;
    case 'retired':
      return 'Not learned, and no episode: the device is retired.';
    default:
      return undefined;
  }
}

export const MAINTENANCE = 'Not learned, and no episode: the device is under maintenance.';

/** @param metrics those that are unusual, the most unusual first, two at least. @param why the sentence of the first. */
export function togetherSentence(metrics: readonly string[], why: string): string {
  const named = metrics.slice(0, MOST_NAMED);
  const more = metrics.length - named.length;
  const last = more > 0 ? `${more} more` : (named.pop() ?? '');
  return `${named.join(', ')} and ${last} are unusual at the same time: each only a little, together as rarely as one that is far out. Most of it is ${metrics[0] ?? ''}: ${why}`;
}
