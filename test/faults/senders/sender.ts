/** A device's side of a protocol. */
export interface Sender {
  /** Sends one message, as often as its protocol has it, until it is acknowledged. Rejects when it is refused for good. */
  send(row: number, payload: string): Promise<void>;
  close(): Promise<void>;
}

export interface SenderOptions {
  /** On 127.0.0.1; that of the proxy where there is one. */
  port: number;
  device: string;
  secret: string;
}

/** How long a device waits before it tries again, in milliseconds. */
export const RETRY_DELAY = 50;

/** After this long without an answer a device takes its connection for dead, in milliseconds. */
export const ANSWER_LIMIT = 10_000;
