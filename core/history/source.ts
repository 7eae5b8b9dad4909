import type { Clock } from '../clock/clock.ts';
import type { Registry } from '../registry/registry.ts';
import type { Store } from '../store/store.ts';

/** What answers come from. */
export interface HistorySource {
  readonly store: Pick<Store, 'range' | 'buckets' | 'latest' | 'latestOf' | 'devices' | 'series'>;
  readonly registry: Pick<Registry, 'devicesOf'>;
  readonly clock: Clock;
}
