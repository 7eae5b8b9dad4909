import type { Clock } from '../../core/clock/clock.ts';
import type { GatewayCounts } from '../../core/gateway/gateway.ts';
import { RecentGrowth } from '../../core/gateway/recent-growth.ts';
import type { Status } from '../harness/status.ts';

const RATE_OVER = 10_000;
const MINUTE = 60_000;

/** What came out of the gateway, besides what its listeners count. */
export interface DeliveryCounts {
  delivered: number;
  quarantined: number;
}

/**
 * Gives the function that shows how a gateway is doing: who is connected, the messages of each second (over the last ten) or, where that is less than
 * one, the samples delivered so far, and how many messages were refused in the last minute. To be called once a second; says nothing twice.
 */
export function countsShower(status: Status, clock: Clock): (counts: GatewayCounts, deliveries: DeliveryCounts) => void {
  const acknowledged = new RecentGrowth(RATE_OVER);
  const refused = new RecentGrowth(MINUTE);
  let shown = '';
  return ({ connected, dropped, ...totals }, { delivered, quarantined }) => {
    const now = clock.now();
    const rate = Math.round((acknowledged.tell(totals.acknowledged, now) * 1_000) / RATE_OVER);
    const counts = {
      connected,
      'messages/s': rate,
      delivered: rate === 0 ? delivered : 0,
      'refused/min': refused.tell(totals.refused, now),
      dropped,
      quarantined,
    };
    if (shown !== (shown = Object.values(counts).join())) status.counts(counts);
  };
}
