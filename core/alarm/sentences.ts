import { watchesLimit, type AlarmSettings } from './alarm-settings.ts';
import type { Evidence } from './condition.ts';

/** Sentences come in part from messages, so their length is bounded. */
const LONGEST = 300;

export function raisedSentence(settings: AlarmSettings, device: string, { metric, value, limit, why }: Evidence): string {
  if (!watchesLimit(settings)) return `${metric} of ${device} is unusual. ${(why ?? '').slice(0, LONGEST)}`.trimEnd();
  const held = settings.onDelay > 0 ? `, and has been ${settings.raise.direction} it for at least ${duration(settings.onDelay * 1000)}` : '';
  return `${metric} of ${device} is ${String(value)}, ${settings.raise.direction} the limit of ${limit}${held}.`;
}

export function clearedSentence(settings: AlarmSettings, device: string, { metric, value, limit }: Evidence, stood: number): string {
  const after = `the alarm stood for ${duration(stood)}`;
  if (!watchesLimit(settings)) return `${metric} of ${device} is back to what is usual at ${String(value).slice(0, LONGEST)}; ${after}.`;
  const side = settings.raise.direction === 'above' ? 'not above' : 'not below';
  return `${metric} of ${device} is back at ${String(value)}, ${side} ${limit}; ${after}.`;
}

/** 90,000 → "1 min 30 s": the two largest units that say something. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 1) return `${Math.round(milliseconds)} ms`;
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return parts.slice(first, first + 2).filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`).join(' ');
}
