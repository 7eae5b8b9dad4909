import { ownBytes } from '../overload/own-bytes.ts';
import { qosOf } from './session.ts';
import type { Content, QoS } from './session.ts';
import type { Change, SessionFile } from './session-file.ts';
import { hasWildcard, matchesFilter } from './topic-filter.ts';

/** They are kept in memory as well: so many topics, and payloads of so many bytes. */
export const RETAINED_TOPICS = 10_000;
export const RETAINED_BYTES = 4_096;
const CHECKED_AT_A_TIME = 2_000;

export interface RetainedMessage extends Content {
  qos: QoS;
}

/** The last message of each topic that was published to be retained (MQTT 3.1.1 section 3.3.1.3). */
export class Retained {
  readonly #messages = new Map<string, RetainedMessage>();

  /** @throws StorageError when the file cannot be read. */
  constructor(file: SessionFile) {
    for (const row of file.read('SELECT topic, payload, qos FROM retained')) {
      const topic = String(row['topic']);
      if (row['payload'] instanceof Uint8Array) this.#messages.set(topic, { topic, payload: row['payload'], qos: qosOf(row['qos']) });
    }
  }

  hasRoomFor({ topic, payload }: Content): boolean {
    return payload.length <= RETAINED_BYTES && (payload.length === 0 || this.#messages.size < RETAINED_TOPICS || this.#messages.has(topic));
  }

  /** What is to be written for a message; `keep` it once that is on disk. */
  changes({ topic, payload, qos }: RetainedMessage): Change[] {
    if (payload.length === 0) return this.#messages.has(topic) ? [['DELETE FROM retained WHERE topic = ?', topic]] : [];
    return [['INSERT INTO retained VALUES (?, ?, ?) ON CONFLICT (topic) DO UPDATE SET payload = excluded.payload, qos = excluded.qos', topic, payload, qos]];
  }

  /** An empty payload takes the message of its topic away. */
  keep({ topic, payload, qos }: RetainedMessage): void {
    // The payload is a view into what the socket read, all of which it would keep in memory.
    if (payload.length > 0) this.#messages.set(topic, { topic, payload: ownBytes(payload), qos });
    else this.#messages.delete(topic);
  }

  /** Those that a new subscription is to be sent. Pauses on the way: many filters over many topics would stall the process. */
  async *matching(filters: readonly string[]): AsyncGenerator<RetainedMessage> {
    let checked = 0;
    for (const filter of filters) {
      if (!hasWildcard(filter)) {
        const message = this.#messages.get(filter);
        if (message) yield message;
        continue;
      }
      for (const message of this.#messages.values()) {
        if (matchesFilter(filter, message.topic)) yield message;
        checked += 1;
        if (checked % CHECKED_AT_A_TIME === 0) await new Promise((resolve) => void setImmediate(resolve));
      }
    }
  }
}
