import { createFleet, createMqttDevice, fleetDevices, FaultRequestError } from '../../core/simulator/index.ts';
import type { Fleet, FleetGroup } from '../../core/simulator/index.ts';
import { ConfigError } from '../../core/errors/holdfast-error.ts';
import { flag, list, number, reference, text } from '../harness/config.ts';
import { defineNode } from '../harness/define-node.ts';

const STATUS_INTERVAL = 1_000;
const COMPLAIN_AFTER = 10_000;
const MILLISECONDS_A_DAY = 86_400_000;

/** Simulated devices, each a real MQTT client with credentials of its own; faults on demand and by chance. */
export default defineNode('holdfast-simulator', {
  config: {
    version: 2,
    properties: {
      backend: reference(),
      url: text({ default: 'mqtt://127.0.0.1:1883', required: 'The simulator has no address to connect to. Enter that of a gateway, for example mqtt://127.0.0.1:1883.' }),
      fleet: list([{ kind: 'press', count: 4 }], readGroup),
      interval: number({ default: 1, minimum: 0.01, maximum: 3_600 }),
      seed: number({ default: 1, minimum: 0, maximum: 4_294_967_295, integer: true }),
      randomFaults: flag(false),
      randomFaultMinutes: number({ default: 5, minimum: 0.1, maximum: 10_000 }),
      pastDays: number({ default: 0, minimum: 0, maximum: 60 }),
    },
    migrations: [(saved) => ({ ...saved, pastDays: 0 })],
  },
  outputs: ['faults'],

  start({ node, config, backend, clock, status, states }) {
    // Each device gets a new secret at every start: it is held in memory here and stored nowhere.
    const secrets = new Map(fleetDevices(config.fleet).map(({ id, kind }) => [id, backend.registry.issue({ id, kind: 'device', profile: kind }).secret]));
    const missing = new Map<string, { reason: string; since: number }>();
    let reported = false;
    const sent = config.pastDays > 0 ? states<{ until?: number }>({ restore: readSent, snapshot: (one) => one }) : undefined;
    const fleet = createFleet({
      clock,
      seed: config.seed,
      kinds: config.fleet,
      intervalMilliseconds: Math.round(config.interval * 1000),
      randomFaultEveryMinutes: config.randomFaults ? config.randomFaultMinutes : 0,
      pastMilliseconds: config.pastDays * MILLISECONDS_A_DAY,
      sentUntil: (device) => sent?.peek(device).until,
      onSent(device, ts) {
        if (!sent) return;
        sent.get(device).until = ts;
        sent.changed(device);
      },
      connect: ({ id }) =>
        createMqttDevice({
          url: config.url, id, secret: secrets.get(id) ?? '', clock,
          onConnectionChange({ connected, reason }) {
            if (connected) missing.delete(id);
            else if (reason !== undefined) missing.set(id, { reason, since: clock.now() });
          },
        }),
      onFault: ({ phase, fault }) => node.send({ topic: fault.device, payload: { phase, ...fault } }),
    });
    let timer = clock.setTimeout(show, STATUS_INTERVAL);
    let shown = '';
    status.connecting(`connecting to ${config.url}`);

    /** Twelve devices that lose one gateway have one thing to say, and none when it comes back at once, as at a deploy. */
    function complain(): void {
      const lasting = [...missing.values()].find(({ since }) => clock.now() - since >= COMPLAIN_AFTER);
      if (lasting && !reported) node.warn(lasting.reason);
      reported = lasting !== undefined;
    }

    function show(): void {
      complain();
      const { connected, devices, dropped, inPast } = fleet.counts();
      const state = [connected, dropped, inPast, fleet.faults().length].join();
      if (state !== shown) {
        if (connected === 0) status.connecting(`connecting to ${config.url}`);
        else status.counts({ [`of ${devices} connected`]: connected, 'sending their past': inPast, 'in fault': fleet.faults().length, dropped });
      }
      shown = state;
      timer = clock.setTimeout(show, STATUS_INTERVAL);
    }

    return {
      message: (message) => inject(fleet, message.payload),
      async close(removed) {
        timer.cancel();
        await fleet.stop();
        // A simulator that is gone for good leaves nobody behind who could log in.
        if (removed) for (const id of secrets.keys()) backend.registry.remove(id);
      },
    };
  },
});

function inject(fleet: Fleet, payload: unknown): void {
  if (typeof payload !== 'object' || payload === null) {
    throw new FaultRequestError('', 'The message asks for no fault. Send, for example, {"kind":"drift","device":"press-1","duration":60} as msg.payload.');
  }
  fleet.inject(payload);
}

/** Until when a device has sent; whatever else is stored in its place is nothing. */
function readSent(snapshot: unknown): { until?: number } {
  const until: unknown = typeof snapshot === 'object' && snapshot !== null && 'until' in snapshot ? snapshot.until : undefined;
  return typeof until === 'number' ? { until } : {};
}

function readGroup(value: unknown, field: string): FleetGroup {
  const { kind, count } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const devices = Number(count);
  if (!Number.isInteger(devices) || devices < 0 || devices > 1_000) throw new ConfigError(field, `${field}: the count is "${String(count).slice(0, 20)}". Enter a whole number from 0 to 1,000.`);
  return { kind: String(kind), count: devices };
}
