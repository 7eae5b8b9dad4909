import type { Clock } from '../clock/clock.ts';
import { judge } from '../decode/judge.ts';
import type { InboxRecord } from '../inbox/record.ts';
import type { Profiles } from '../profile/profiles.ts';
import type { Registry } from '../registry/registry.ts';
import type { Sample } from '../sample/sample.ts';
import { sampleId } from '../sample/identity.ts';
import { decodeSparkplug, rebirthCommand, SparkplugState } from '../sparkplug/index.ts';
import type { SparkplugSample } from '../sparkplug/index.ts';
import type { State } from '../state/state.ts';
import { meantOf, sampleOf, samplesOfRecord } from './samples-of-record.ts';

export interface RecordReaderOptions {
  registry: Pick<Registry, 'find'>;
  profiles: Profiles;
  state: Pick<State, 'load' | 'save'>;
  clock: Clock;
  /** Under this name what is remembered of Sparkplug edge nodes is kept: the id of the node that delivers. */
  channel: string;
  /** Sends a command to an edge node, where there is a way to it. */
  command?: ((topic: string, payload: Uint8Array) => void) | undefined;
  problem: (error: unknown) => void;
}

export interface ReadRecord {
  /** None for a message that only says something of a session. */
  samples: Sample[];
  /** What has to be on disk before the record settles; it rejects when it cannot be. */
  saved?: Promise<void>;
}

/** Makes samples of the records of one source. What a Sparkplug message means depends on those before it, so a source has one reader. */
export class RecordReader {
  readonly #options: RecordReaderOptions;
  readonly #sparkplug: SparkplugState;

  constructor(options: RecordReaderOptions) {
    this.#options = options;
    const { state, channel, problem } = options;
    this.#sparkplug = new SparkplugState({ load: (key) => state.load(channel, key), problem });
  }

  /**
   * @param position of the record in the inbox.
   * @throws DecodeError when the bytes are no readings.
   */
  read(record: InboxRecord, position: number): ReadRecord {
    // A former message of a session is read as it was the first time, and changes nothing of the session: see decodeSparkplug.
    if (record.format === 'sparkplug-b') return this.#readSparkplug(record, record.released?.position ?? position);
    const profile = this.#profileOf(record.device);
    return { samples: samplesOfRecord(record, position, profile, this.#options.profiles.of(profile)) };
  }

  #readSparkplug(record: InboxRecord, position: number): ReadRecord {
    const { state, channel, clock, command } = this.#options;
    const { samples: decoded, refused, rebirth, changed } = decodeSparkplug({ ...record, position }, this.#sparkplug);
    if (rebirth && command) {
      const { topic, payload } = rebirthCommand(rebirth.group, rebirth.edgeNode, clock.now());
      command(topic, payload);
    }
    const saved = changed && state.save(channel, this.#sparkplug.takeChanged());
    if (refused) {
      // It goes to quarantine, and what was noted of it is not worth waiting for.
      saved?.catch(this.#options.problem);
      throw refused;
    }
    const samples = meantOf(record, decoded.map((one, place) => this.#sparkplugSample(record, one, position, place)));
    return saved ? { samples, saved } : { samples };
  }

  /** A death is that of an edge node and of all its devices: each sample is of its own. */
  #sparkplugSample(record: InboxRecord, one: SparkplugSample, position: number, place: number): Sample {
    const device = one.device ?? record.device;
    const profile = this.#profileOf(device);
    const declared = this.#options.profiles.of(profile);
    if (declared) judge([one], { received: record.received, profile: declared });
    const id = sampleId(device, one, record.payload, `${device}/p${position}`);
    return sampleOf({ ...record, device }, one, place === 0 ? id : `${id}.${place}`, profile);
  }

  #profileOf(device: string): string {
    return this.#options.registry.find(device)?.profile ?? '';
  }
}
