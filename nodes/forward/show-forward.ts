import type { ForwardStatus } from '../../core/forward/forwarder.ts';
import type { Status } from '../harness/status.ts';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];
const REASON_LENGTH = 60;

/** Shows how a forward node stands: green while it sends, yellow while it waits or has much to send, with the backlog, its age and when it will be through. */
export function showForward(status: Status, { state, entries, bytes, age, through }: ForwardStatus, refused: number, now: number, order: 'live-first' | 'in-order'): void {
  const parts: string[] = [];
  if (entries > 0) parts.push(`${entries.toLocaleString('en-US')} waiting (${size(bytes)})`, `oldest ${span(age)}`);
  if (through !== undefined && state.kind !== 'waiting' && age > 2_000) parts.push(`through in ${span(through)}`);
  if (refused > 0) parts.push(`${refused.toLocaleString('en-US')} refused`);
  const rest = parts.length === 0 ? '' : ` · ${parts.join(' · ')}`;
  if (state.kind === 'waiting') {
    const { reason } = state;
    return status.connecting(`waiting ${span(Math.max(0, state.until - now))}: ${reason.length > REASON_LENGTH ? `${reason.slice(0, REASON_LENGTH - 1)}…` : reason}${rest}`);
  }
  if (state.kind === 'idle') return entries === 0 ? status.idle(`nothing to forward${rest}`) : status.connecting(`connecting${rest}`);
  status.ok(`${entries === 0 ? 'all forwarded' : order === 'in-order' ? 'forwarding in order' : 'forwarding'}${rest}`);
}

/** 12,345,678 → "12 MB". */
export function size(bytes: number): string {
  let unit = 0;
  let left = bytes;
  while (left >= 1_000 && unit < UNITS.length - 1) {
    left /= 1_000;
    unit += 1;
  }
  return `${left < 10 && unit > 0 ? left.toFixed(1) : Math.round(left)} ${UNITS[unit] ?? ''}`;
}

/** 90,000 → "2 min": as exact as it needs to be. */
export function span(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}
