/** Who a simulated device is. */
export interface DeviceIdentity {
  /** e.g. `press-1` */
  id: string;
  /** Name of its kind, e.g. `press`. */
  kind: string;
}

/** The account of one device's samples: sent = acknowledged + dropped + waiting. */
export interface DeviceCounts {
  /** Samples the device wanted to send. */
  sent: number;
  /** Samples that somebody answers for now. */
  acknowledged: number;
  /** The oldest samples given up because the queue was full, and those unacknowledged at the end. */
  dropped: number;
  /** Samples queued, or under way without acknowledgement. */
  waiting: number;
}

/** The sending half of a simulated device. */
export interface SimulatedDevice {
  readonly connected: boolean;
  /** Sends at least once, or queues while there is no connection. Never throws. */
  publish(payload: Uint8Array, topic: string): void;
  counts(): DeviceCounts;
  /** Waits a moment for acknowledgements still under way, then disconnects. Never rejects. */
  end(): Promise<void>;
}
