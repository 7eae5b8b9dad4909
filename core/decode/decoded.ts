import type { Profile } from '../profile/profile.ts';
import type { MetricInfo, Values } from '../sample/sample.ts';
import type { PayloadFormat } from './format.ts';

/** One sample as a payload told it; device, id and time of receipt are known only to whoever received it. */
export interface Decoded {
  /** Event time, ms since the epoch (UTC); absent when the payload gave none that is understood. */
  ts?: number;
  /** The device's own sequence number. */
  seq?: number;
  values: Values;
  /** Only for readings that need a remark: a unit, or flags as docs/payloads.md lists them. */
  metrics?: Record<string, MetricInfo>;
  /** The device says that it kept this reading for a while: stored, but never pages anyone and never actuates. */
  historical?: boolean;
  /** Of a forwarded sample alone: its device, its id, and that its time was the time of its first reception. */
  device?: string;
  id?: string;
  tsSource?: 'server';
}

/** What is known of a payload before it is read. */
export interface DecodeContext {
  /** When it reached us, ms since the epoch (UTC). */
  received: number;
  format: PayloadFormat;
  /** What is declared of devices of this kind. */
  profile?: Profile;
}
