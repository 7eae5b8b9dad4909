/**
 * The floor: one plain script that does what the flow does, without Node-RED and without anything that can be left out.
 * MQTT in (aedes) → raw bytes committed to disk with synchronous=FULL every few milliseconds → PUBACK → JSON.parse →
 * schema → exponentially weighted mean and variance of each device and metric → one row each, clustered by series and time.
 * It is the yardstick for CPU a message, so it is written to be fast, not to be kept.
 *
 *   node floor.ts --file <database>        prints {"port": n} when it listens
 */
import { createServer } from 'node:net';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { Aedes } from 'aedes';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { METRICS, PAYLOAD_SCHEMA } from './load.ts';

const { values: options } = parseArgs({
  options: {
    file: { type: 'string' },
    commit: { type: 'string', default: '4' },
    rows: { type: 'string', default: '20000' },
  },
});
const commitMilliseconds = Number(options.commit);
/** Messages whose rows are written in one transaction. They wait safely: their bytes are in the inbox. */
const rowsAtOnce = Number(options.rows);
const ROWS_A_STATEMENT = 50;
/** Weight of the newest value. */
const ALPHA = 0.05;

interface Payload {
  ts: number;
  values: Record<(typeof METRICS)[number], number>;
}

interface Series {
  /** Its number in the database, 0 before its first row. */
  id: number;
  mean: number;
  variance: number;
}

interface Device {
  id: string;
  series: Series[];
  /** Rows not written yet: ts and one value a metric, flat. Kept by device, so that rows of one page go in together. */
  pending: number[];
}

const database = new DatabaseSync(options.file ?? '');
database.exec(`
  PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -64000; PRAGMA wal_autocheckpoint = 16000;
  CREATE TABLE inbox (id INTEGER PRIMARY KEY, messages BLOB NOT NULL);
  CREATE TABLE series (id INTEGER PRIMARY KEY, device TEXT NOT NULL, metric TEXT NOT NULL, UNIQUE (device, metric));
  CREATE TABLE readings (series INTEGER, ts INTEGER, value REAL, PRIMARY KEY (series, ts)) WITHOUT ROWID;
`);
const append = database.prepare('INSERT INTO inbox (messages) VALUES (?)');
const settle = database.prepare('DELETE FROM inbox WHERE id <= ?');
const insertSeries = database.prepare('INSERT INTO series (device, metric) VALUES (?, ?)');
const insertOne = database.prepare('INSERT OR IGNORE INTO readings VALUES (?, ?, ?)');
const insertMany = database.prepare(`INSERT OR IGNORE INTO readings VALUES ${Array(ROWS_A_STATEMENT).fill('(?, ?, ?)').join()}`);
const valid = new Ajv2020().compile<Payload>(PAYLOAD_SCHEMA);

const devices = new Map<string, Device>();
let pendingMessages = 0;
let anomalies = 0;
let lastInboxId = 0;

let arrived: { topic: string; payload: Buffer; done: () => void }[] = [];

function detect(device: Device, payload: Payload): void {
  device.pending.push(payload.ts);
  for (let index = 0; index < METRICS.length; index += 1) {
    const value = payload.values[METRICS[index] as (typeof METRICS)[number]];
    const series = (device.series[index] ??= { id: 0, mean: value, variance: 0 });
    const distance = value - series.mean;
    if (distance * distance > 16 * series.variance) anomalies += 1;
    series.mean += ALPHA * distance;
    series.variance = (1 - ALPHA) * (series.variance + ALPHA * distance * distance);
    device.pending.push(value);
  }
}

function handle(topic: string, bytes: Buffer): void {
  const payload: unknown = JSON.parse(bytes.toString());
  if (!valid(payload)) return;
  const id = topic.split('/')[1] ?? '';
  let device = devices.get(id);
  if (!device) devices.set(id, (device = { id, series: [], pending: [] }));
  detect(device, payload);
  pendingMessages += 1;
}

function writeRows(): void {
  let parameters: SQLInputValue[] = [];
  for (const device of devices.values()) {
    const { pending } = device;
    for (const [index, series] of device.series.entries()) {
      series.id ||= Number(insertSeries.run(device.id, METRICS[index] ?? '').lastInsertRowid);
      for (let at = 0; at < pending.length; at += METRICS.length + 1) {
        parameters.push(series.id, pending[at] ?? 0, pending[at + index + 1] ?? 0);
        if (parameters.length === ROWS_A_STATEMENT * 3) {
          insertMany.run(...parameters);
          parameters = [];
        }
      }
    }
    device.pending = [];
  }
  for (let at = 0; at < parameters.length; at += 3) insertOne.run(...parameters.slice(at, at + 3));
  settle.run(lastInboxId);
  pendingMessages = 0;
}

/** Length of topic (2 bytes), length of payload (4 bytes), topic, payload; one message after the other. */
function frame(batch: typeof arrived): Buffer {
  let size = 0;
  for (const { topic, payload } of batch) size += 6 + topic.length * 3 + payload.length;
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const { topic, payload } of batch) {
    const topicBytes = bytes.write(topic, at + 6);
    bytes.writeUInt16LE(topicBytes, at);
    bytes.writeUInt32LE(payload.length, at + 2);
    bytes.set(payload, at + 6 + topicBytes);
    at += 6 + topicBytes + payload.length;
  }
  return bytes.subarray(0, at);
}

setInterval(() => {
  const batch = arrived;
  if (batch.length === 0 && pendingMessages === 0) return;
  arrived = [];
  database.exec('BEGIN');
  // Rows of messages that came before this tick: one fsync serves both.
  if (pendingMessages >= rowsAtOnce || batch.length === 0) writeRows();
  if (batch.length > 0) lastInboxId = Number(append.run(frame(batch)).lastInsertRowid);
  database.exec('COMMIT');
  for (const { done } of batch) done();
  for (const { topic, payload } of batch) handle(topic, payload);
}, commitMilliseconds);

const broker = await Aedes.createBroker({
  authorizePublish(_client, packet, done) {
    arrived.push({ topic: packet.topic, payload: packet.payload as Buffer, done: () => done(null) });
  },
});
const server = createServer(broker.handle);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : undefined })}\n`);
});
process.on('SIGTERM', () => process.exit(anomalies >= 0 ? 0 : 1));
