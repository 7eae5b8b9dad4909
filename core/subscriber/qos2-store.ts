import type { IPublishPacket, IStore } from 'mqtt';
import { Store } from 'mqtt';

/**
 * The store that MQTT.js asks about messages with QoS 2. Nothing here subscribes with QoS 2, but a session that another client left
 * behind may: MQTT.js sends PUBREC when `put` calls back, after which the broker has forgotten the message, so the message must be on
 * disk by then. Of its PUBREL (`get`) nothing is left to do. One message is under way at a time.
 *
 * @param keep calls `kept` when the message is on disk; not at all when it is refused, and no PUBREC is sent.
 */
export function keepQos2(keep: (packet: IPublishPacket, kept: () => void) => void): IStore {
  return new Qos2Store(keep);
}

class Qos2Store extends Store {
  readonly #keep: (packet: IPublishPacket, kept: () => void) => void;

  constructor(keep: (packet: IPublishPacket, kept: () => void) => void) {
    super();
    this.#keep = keep;
  }

  override put(packet: Parameters<IStore['put']>[0], callback: Parameters<IStore['put']>[1]): this {
    if (packet.cmd === 'publish') this.#keep(packet, () => callback());
    return this;
  }

  override get(packet: Parameters<IStore['get']>[0], callback: Parameters<IStore['get']>[1]): this {
    const { messageId } = packet;
    callback(undefined, { cmd: 'publish', topic: '', payload: Buffer.alloc(0), qos: 2, dup: false, retain: false, ...(messageId === undefined ? {} : { messageId }) });
    return this;
  }
}
