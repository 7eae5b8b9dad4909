import type { PayloadFormat } from '../decode/format.ts';
import type { Limits } from '../overload/limits.ts';
import type { MetricQualitySettings, SampleQualitySettings } from '../quality/settings/settings.ts';
import type { RetentionSettings } from './read-retention.ts';

/** What a metric of a profile is declared to be. */
export interface MetricDeclaration {
  /** A text that spells such a value becomes one; without a declaration a text stays a text. */
  type?: 'number' | 'integer' | 'boolean' | 'string';
  /** A unit as UCUM or RFC 8428 spell it, put on readings that come without one. */
  unit?: string;
  /** How long this metric is kept; what it does not say, the profile does. */
  retention?: RetentionSettings;
  /** By which tests its readings are judged, beside those that run for all. */
  quality?: MetricQualitySettings;
}

/** What devices of one kind share. */
export interface Profile {
  name: string;
  format: PayloadFormat;
  /** Readings older than this at their reception are flagged `clock`, in milliseconds; 0: none is too old. */
  maximumAge: number;
  metrics: Readonly<Record<string, MetricDeclaration>>;
  /** Undefined: those of the gateway. */
  limits?: Limits;
  /** How long what its devices send is kept; what it does not say, the backend does. */
  retention?: RetentionSettings;
  /** The id of the contract that what its devices send has to meet. Undefined: none. */
  contract?: string;
  /** By which tests the samples of its devices are judged, beside those that run for all. */
  quality?: SampleQualitySettings;
}
