import type { Login } from '../load.ts';

/** How one system is loaded. */
export interface Load {
  /**
   * For a system that acknowledges what it has not stored and has no backpressure: how many messages the publisher may be
   * ahead of the store. Enough that the system never waits, and so few that its queues neither drop nor grow.
   */
  ahead?: number;
  /** Unacknowledged messages of one connection at most, whatever the run asks for. */
  window?: number;
  /** Messages sent and stored before the measurement, so that code is compiled and files exist. */
  warmUp: number;
}

/** A system under test, and how to start it on an empty data directory. */
export interface System {
  readonly name: string;
  /** What the table says. */
  readonly title: string;
  readonly load: Load;
  /** Resolves when messages can be sent. Throws an Error with a sentence when that cannot come to be. */
  start(directory: string): Promise<RunningSystem>;
}

export interface RunningSystem {
  /** The loopback port on which the system, or its broker, takes messages. */
  readonly port: number;
  /** What is spoken there; absent: MQTT. */
  readonly protocol?: 'mqtt' | 'http' | 'coap';
  /** The processes whose CPU and memory count. */
  readonly pids: readonly number[];
  /** One a connection, or none where the system asks for none. */
  readonly logins: readonly Login[];
  /** Messages whose three rows are in the store; exact, and read from the store itself. */
  countStored(): number;
  /** Whether all that was acknowledged has been stored; asked often where given, because counting can be dear. */
  settled?(): boolean;
  /** Problems that the system itself reported, for the notes under the table. */
  problems(): string[];
  stop(): Promise<void>;
}
