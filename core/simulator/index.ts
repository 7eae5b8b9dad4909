export type { DeviceCounts, DeviceIdentity, SimulatedDevice } from './device.ts';
export {
  ALL_DEVICES, FAULT_KINDS, FAULT_MEANINGS, FaultRequestError, readFaultRequest,
  type Fault, type FaultKind, type FaultRequest, type Strengths,
} from './faults.ts';
export {
  createFleet, fleetDevices,
  type FaultEvent, type Fleet, type FleetCounts, type FleetGroup, type FleetOptions,
} from './fleet.ts';
export type { BooleanMetric, DriftDescription, Kind, MetricDescription, NumericMetric, Physics, Range } from './kind.ts';
export { KINDS, kindOf } from './kinds.ts';
export { createMqttDevice, type ConnectionChange, type MqttDeviceOptions } from './mqtt-device.ts';
export { createRandom, type Random } from './random.ts';
export { createSampler, type Sampler } from './sampler.ts';
