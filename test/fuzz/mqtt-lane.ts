import { missingBytes } from './mqtt-packets.ts';
import type { MqttInput } from './mqtt-inputs.ts';
import { MqttPeer } from './mqtt-peer.ts';
import { outcome, OWED_WITHIN } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import type { World } from './world.ts';

const LOGIN_WITHIN = 10_000;
/** A connection on which nothing is owed is given up after this, in milliseconds. */
const PATIENCE = 500;
const LARGEST_FILLING = 64 * 1024;

/** The MQTT connections of one lane: that of its session, and one for each input that wants its own. */
export class MqttLane {
  readonly #world: World;
  readonly #peers = new Map<string, MqttPeer>();

  constructor(world: World) {
    this.#world = world;
  }

  async run(input: MqttInput, address: string | undefined): Promise<Outcome> {
    const peer = await this.#peer(input, address);
    if (peer.closed || (input.login && !peer.connected)) {
      peer.wire.destroy();
      return outcome('refused');
    }
    const acknowledged = peer.acknowledgements;
    const packets = peer.packets;
    const result = input.owed ? await this.#whole(peer, input) : await this.#mutated(peer, input);
    if (!input.login || input.end !== 'stay') peer.wire.destroy();
    const failure = result.failure ?? (peer.nonsense === undefined || input.below === 'all' ? undefined : `The broker sent what is no MQTT: ${peer.nonsense}`);
    if (failure !== undefined) return { ...result, failure };
    if (input.owed) return result;
    const unknown = peer.acknowledgements - acknowledged;
    return outcome(result.ending === 'unfinished' && peer.packets > packets ? 'answered' : result.ending, [], unknown);
  }

  close(): void {
    for (const peer of this.#peers.values()) peer.wire.destroy();
  }

  async #peer({ login, transport, below }: MqttInput, address: string | undefined): Promise<MqttPeer> {
    const known = login && this.#peers.get(login.name);
    if (known && !known.closed && known.connected) return known;
    const secure = transport === 'mqtts' || transport === 'wss';
    const webSocket = transport === 'ws' || transport === 'wss';
    const bare = below === 'all';
    const peer = await MqttPeer.open({ port: this.#world.ports[transport], secure: secure && !bare, webSocket: webSocket && !bare, address });
    if (!login) return peer;
    known?.wire.destroy();
    this.#keep(login.name, peer);
    await peer.send(login.connect);
    await peer.until(() => peer.connected, LOGIN_WITHIN);
    return peer;
  }

  /** One connection for probes and one for all else: the former session ends when the next begins. */
  #keep(name: string, peer: MqttPeer): void {
    const probe = name.startsWith('probe');
    for (const [other, former] of this.#peers) {
      if (other.startsWith('probe') !== probe) continue;
      former.wire.destroy();
      this.#peers.delete(other);
    }
    this.#peers.set(name, peer);
  }

  async #whole(peer: MqttPeer, { bytes, cuts, owed = [] }: MqttInput): Promise<Outcome> {
    for (const { messageId } of owed) peer.takeAcknowledgements(messageId);
    await peer.send(bytes, cuts);
    const how = owed.length === 0 ? await peer.ping(OWED_WITHIN) : await peer.until(() => owed.every(({ messageId }) => peer.acknowledgementsOf(messageId) > 0), OWED_WITHIN);
    const missing = owed.map(({ messageId }) => messageId).filter((messageId) => peer.acknowledgementsOf(messageId) === 0);
    const acknowledged = owed.filter(({ messageId }) => peer.takeAcknowledgements(messageId) > 0);
    const result = outcome(how === 'closed' ? 'refused' : 'unanswered', acknowledged.flatMap(({ messages }) => messages), acknowledged.filter(({ messages }) => messages.length === 0).length);
    if (how !== 'timeout') return result;
    return { ...result, failure: `No acknowledgement of ${missing.join(', ') || 'the PINGREQ'} came within ${OWED_WITHIN / 1000} s, and the connection was not closed either. The last that came: ${peer.last}.` };
  }

  async #mutated(peer: MqttPeer, { bytes, cuts, end, below }: MqttInput): Promise<Outcome> {
    if (below) {
      await peer.wire.send(bytes, cuts);
      peer.wire.end();
      return outcome((await peer.until(() => false, PATIENCE)) === 'closed' ? 'refused' : 'unfinished');
    }
    await peer.send(bytes, cuts);
    if (end !== 'stay') {
      if (end === 'reset') peer.wire.reset();
      return outcome('unfinished');
    }
    // What follows must not become a part of the last packet.
    const missing = missingBytes(bytes);
    if (missing !== undefined && missing <= LARGEST_FILLING) await peer.send(Buffer.alloc(missing));
    const how = await peer.ping(PATIENCE);
    if (how === 'timeout') peer.wire.destroy();
    return outcome(how === 'met' ? 'answered' : how === 'closed' ? 'refused' : 'unfinished');
  }
}
