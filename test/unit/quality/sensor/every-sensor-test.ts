import { createClockDriftTest } from '../../../../core/quality/sensor/clock-drift.ts';
import { createCounterResetTest } from '../../../../core/quality/sensor/counter-reset.ts';
import { createDuplicateTimeTest } from '../../../../core/quality/sensor/duplicate-time.ts';
import { createNoiseLevelTest } from '../../../../core/quality/sensor/noise-level.ts';
import { createOutOfOrderTest } from '../../../../core/quality/sensor/out-of-order.ts';
import { createQuantizationTest } from '../../../../core/quality/sensor/quantization.ts';
import type { ClockTest, SensorTest } from '../../../../core/quality/sensor/sensor-test.ts';
import { createSentinelTest } from '../../../../core/quality/sensor/sentinel.ts';
import { createUnitChangeTest } from '../../../../core/quality/sensor/unit-change.ts';

/** The tests of readings with their defaults, by name. The unit leaves each what it would look for in such a metric. */
export const SENSOR_TESTS: Readonly<Record<string, (unit?: string) => SensorTest>> = {
  sentinel_test: (unit) => createSentinelTest(unit === undefined ? {} : { unit }),
  duplicate_time_test: () => createDuplicateTimeTest(),
  quantization_test: () => createQuantizationTest(),
  noise_level_test: () => createNoiseLevelTest(),
  counter_reset_test: () => createCounterResetTest(),
  unit_change_test: (unit) => createUnitChangeTest(unit === undefined ? {} : { unit }),
};

export const CLOCK_TESTS: Readonly<Record<string, () => ClockTest>> = {
  out_of_order_test: () => createOutOfOrderTest(),
  clock_drift_test: () => createClockDriftTest(),
};
