import type { DeviceIdentity, SimulatedDevice } from '../../../core/simulator/index.ts';

export interface Payload {
  ts: number;
  seq: number;
  values: Record<string, number | boolean>;
}

export interface Sent extends Payload {
  device: string;
  topic: string;
  text: string;
  /** When it was sent by the clock of the test. */
  at: number;
}

export const payloadOf = (text: string): Payload => JSON.parse(text) as Payload;

/** Stands in for the MQTT clients of a fleet and keeps what they were given. */
export class Recorder {
  readonly all: Sent[] = [];
  readonly ended: string[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  readonly connect = ({ id }: DeviceIdentity): SimulatedDevice => ({
    connected: true,
    publish: (payload, topic) => {
      const text = Buffer.from(payload).toString();
      this.all.push({ device: id, topic, text, at: this.#now(), ...payloadOf(text) });
    },
    counts: () => ({ sent: this.of(id).length, acknowledged: this.of(id).length, dropped: 0, waiting: 0 }),
    end: async () => void this.ended.push(id),
  });

  of(device: string): Sent[] {
    return this.all.filter((sent) => sent.device === device);
  }

  numbers(device: string, metric: string): number[] {
    return this.of(device).map((sent) => Number(sent.values[metric]));
  }
}
