import { shown, UnstorableError } from '../unstorable-error.ts';
import type { Client } from './connection.ts';
import { nameToText, textToName } from './row.ts';

/** One metric of one device. */
export class Series {
  readonly device: string;
  readonly metric: string;
  /** Its number in the database; 0: it is not there yet. */
  id: number;
  /** The newest time that is committed, as far as it is known here; -Infinity when there is none. */
  newest: number;
  /** The newest time, that of the commit under way included. */
  latest: number;

  constructor(device: string, metric: string, id = 0, newest = -Infinity) {
    this.device = device;
    this.metric = metric;
    this.id = id;
    this.newest = newest;
    this.latest = newest;
  }
}

/** The key of an index holds two names, and is to fit into a third of a page of 8 KiB. */
const NAME_BYTES = 1_000;

type DeviceSeries = Map<string, Series>;

/** The number under which each metric of each device stands in the database; all of them in memory. */
export class SeriesIndex {
  #devices = new Map<string, DeviceSeries>();

  /** Reads all of them anew. */
  async load(client: Client): Promise<void> {
    const { rows } = await client.query<[number, string, string, string | null]>({ rowMode: 'array', text: 'SELECT id, device, metric, newest FROM summary' });
    this.#devices = new Map();
    for (const [id, device, metric, newest] of rows) this.#add(new Series(textToName(device), textToName(metric), id, newest === null ? -Infinity : Number(newest)));
  }

  /** The series of a metric that may be new. @throws UnstorableError when a name is too long for the database. */
  get(device: string, metric: string): Series {
    return this.#devices.get(device.toWellFormed())?.get(metric.toWellFormed()) ?? this.#add(new Series(checkedName(device), checkedName(metric)));
  }

  /** Gives a number to those that have none, within the running transaction. */
  async number(client: Client, fresh: readonly Series[]): Promise<void> {
    const { rows } = await client.query<[number, number]>({
      rowMode: 'array',
      text: `WITH wanted AS (SELECT * FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w (device, metric, place)),
          made AS (INSERT INTO series (device, metric) SELECT device, metric FROM wanted ON CONFLICT DO NOTHING RETURNING id, device, metric)
        SELECT w.place::int, coalesce(m.id, s.id) FROM wanted w LEFT JOIN made m USING (device, metric) LEFT JOIN series s USING (device, metric)`,
      values: [fresh.map(({ device }) => nameToText(device)), fresh.map(({ metric }) => nameToText(metric))],
    });
    for (const [place, id] of rows) {
      const series = fresh[place - 1];
      if (series) series.id = id;
    }
  }

  #add(series: Series): Series {
    let metrics = this.#devices.get(series.device);
    if (!metrics) this.#devices.set(series.device, (metrics = new Map()));
    metrics.set(series.metric, series);
    return series;
  }
}

function checkedName(name: string): string {
  const wellFormed = name.toWellFormed();
  const bytes = Buffer.byteLength(nameToText(wellFormed));
  if (bytes > NAME_BYTES) throw new UnstorableError(`The name ${shown(name)} has ${bytes} bytes. A store in PostgreSQL takes names of devices and metrics of up to ${NAME_BYTES}.`);
  return wellFormed;
}
