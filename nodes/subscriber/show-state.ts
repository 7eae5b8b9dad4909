import type { SubscriberState } from '../../core/subscriber/subscriber.ts';
import type { Status } from '../harness/status.ts';

/** Shows how a subscriber stands: yellow while it connects or gets less than it asked for, a red ring while messages stay with the broker. */
export function showState(status: Status, state: SubscriberState, counts: Readonly<Record<string, number>>, broker: string): void {
  if (state.kind === 'connecting') return status.connecting(`connecting to ${broker}`);
  if (state.kind !== 'subscribed') return status.error(state.problem);
  const numbers = Object.entries(counts).flatMap(([name, count], index) => (index === 0 || count > 0 ? [`${count.toLocaleString('en-US')} ${name}`] : []));
  const short = state.shortfalls.flatMap((one) => (one.short === '' ? [] : [one.short]));
  const text = [...(short.length === 0 ? ['subscribed'] : short), ...numbers].join(' · ');
  if (short.length === 0) status.ok(text);
  else status.connecting(text);
}
