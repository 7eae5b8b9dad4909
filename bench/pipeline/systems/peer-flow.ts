/** The flow that people build today with core nodes and node-red-node-sqlite, in three degrees of tuning. */
import { METRICS, PAYLOAD_SCHEMA } from '../load.ts';

/** Messages of one `join`, and rows of one SQL text are three times as many. */
export const JOIN_COUNT = 500;

/** An exponentially weighted mean and variance of each device and metric, kept in the node's context. */
const EWMA_SETUP = 'context.set("series", new Map());';
const EWMA = `
const series = context.get("series");
const device = msg.topic.split("/")[1];
const values = msg.payload.values;
const anomalies = [];
for (const metric of ${JSON.stringify(METRICS)}) {
  const key = device + "/" + metric;
  const value = values[metric];
  let state = series.get(key);
  if (!state) { state = { mean: value, variance: 0 }; series.set(key, state); }
  const distance = value - state.mean;
  if (distance * distance > 16 * state.variance) anomalies.push(metric);
  state.mean += 0.05 * distance;
  state.variance = 0.95 * (state.variance + 0.05 * distance * distance);
}
msg.anomalies = anomalies;
`;

const PREPARED = `
const ts = msg.payload.ts;
msg.params = { $device: device, $ts: ts, ${METRICS.map((metric) => `$${metric}: values.${metric}`).join(', ')} };
return msg;`;
const PREPARED_SQL = `INSERT INTO readings (device, metric, ts, value) VALUES ${METRICS.map((metric) => `($device, '${metric}', $ts, $${metric})`).join(', ')}`;

const JOINABLE = `
return { payload: { device, ts: msg.payload.ts, values } };`;

/** Everything put into the text is a number, or an id that is checked to be plain. */
const BATCH_SQL = `
const rows = [];
for (const { device, ts, values } of msg.payload) {
  if (!/^[A-Za-z0-9_-]+$/.test(device)) continue;
  for (const metric of ${JSON.stringify(METRICS)}) rows.push("('" + device + "','" + metric + "'," + Number(ts) + "," + Number(values[metric]) + ")");
}
msg.topic = "INSERT INTO readings (device, metric, ts, value) VALUES " + rows.join(",");
msg.payload = [];
return msg;`;

const DATABASE_ID = '00000000000000d1';
const BROKER_ID = '00000000000000b1';

function functionNode(id: string, func: string, next: string, initialize = ''): object {
  return { id, type: 'function', z: 'tab', name: id, func, outputs: 1, timeout: 0, noerr: 0, initialize, finalize: '', libs: [], x: 0, y: 0, wires: [[next]] };
}

/** The flow file. `batch`: 500 messages in one SQL text; otherwise one prepared INSERT a message. */
export function peerFlow(options: { brokerPort: number; database: string; batch: boolean }): object[] {
  const common = [
    { id: 'tab', type: 'tab', label: 'peer', disabled: false, info: '' },
    {
      id: BROKER_ID, type: 'mqtt-broker', name: '', broker: '127.0.0.1', port: String(options.brokerPort), clientid: '', autoConnect: true, usetls: false,
      protocolVersion: '4', keepalive: '60', cleansession: true, autoUnsubscribe: true, birthTopic: '', closeTopic: '', willTopic: '',
    },
    { id: DATABASE_ID, type: 'sqlitedb', db: options.database, mode: 'RWC' },
    {
      id: 'in', type: 'mqtt in', z: 'tab', name: '', topic: 'devices/+/telemetry', qos: '1', datatype: 'utf8', broker: BROKER_ID,
      nl: false, rap: true, rh: 0, inputs: 0, x: 0, y: 0, wires: [['schema']],
    },
    {
      id: 'schema', type: 'change', z: 'tab', name: '', x: 0, y: 0, wires: [['json']],
      rules: [{ t: 'set', p: 'schema', pt: 'msg', to: JSON.stringify(PAYLOAD_SCHEMA), tot: 'json' }],
    },
    { id: 'json', type: 'json', z: 'tab', name: '', property: 'payload', action: 'obj', pretty: false, x: 0, y: 0, wires: [['ewma']] },
  ];
  if (!options.batch) {
    return [
      ...common,
      functionNode('ewma', EWMA + PREPARED, 'store', EWMA_SETUP),
      { id: 'store', type: 'sqlite', z: 'tab', mydb: DATABASE_ID, sqlquery: 'prepared', sql: PREPARED_SQL, name: '', x: 0, y: 0, wires: [[]] },
    ];
  }
  return [
    ...common,
    functionNode('ewma', EWMA + JOINABLE, 'join', EWMA_SETUP),
    {
      id: 'join', type: 'join', z: 'tab', name: '', mode: 'custom', build: 'array', property: 'payload', propertyType: 'msg', key: 'topic',
      joiner: '', joinerType: 'str', useparts: false, accumulate: false, timeout: '1', count: String(JOIN_COUNT), x: 0, y: 0, wires: [['sql']],
    },
    functionNode('sql', BATCH_SQL, 'store'),
    { id: 'store', type: 'sqlite', z: 'tab', mydb: DATABASE_ID, sqlquery: 'msg.topic', sql: '', name: '', x: 0, y: 0, wires: [[]] },
  ];
}
