import type { Kind } from './kind.ts';

const MILLISECONDS_A_DAY = 86_400_000;
const MILLISECONDS_AN_HOUR = 3_600_000;
const COMPRESSOR_ON = -19.5;
const COMPRESSOR_OFF = -20.5;
/** A defrost every eight hours, from two o'clock in the night on, for twenty minutes. */
const DEFROST_EVERY = 8 * MILLISECONDS_AN_HOUR;
const FIRST_DEFROST = 2 * MILLISECONDS_AN_HOUR;
const DEFROST_LENGTH = 20 * 60_000;
const WARMEST_HOUR = 15;
const OPENING_HOUR = 7;
const CLOSING_HOUR = 21;
/** The air at the sensor is warmer than the goods by so much when the shop is busiest. */
const BUSY_HEAT = 1.8;
/** How far an open door brings the air from the temperature of the goods towards that of the shop, and how quickly, seconds. */
const OPEN_DOOR_SHARE = 0.5;
const AIR_SECONDS = 180;

/** Degrees in the shop at a time of day (UTC): warmest in the afternoon. */
function ambientAt(time: number): number {
  return 22 + 3 * Math.cos(2 * Math.PI * (time / MILLISECONDS_A_DAY - WARMEST_HOUR / 24));
}

/** How busy the shop is, from 0, closed, to 1. */
function trafficAt(time: number): number {
  const hour = (time % MILLISECONDS_A_DAY) / MILLISECONDS_AN_HOUR;
  if (hour <= OPENING_HOUR || hour >= CLOSING_HOUR) return 0;
  return Math.sin((Math.PI * (hour - OPENING_HOUR)) / (CLOSING_HOUR - OPENING_HOUR));
}

/**
 * A freezer of a shop with the rhythm of its day: a compressor with hysteresis, a cycle of a quarter of an hour, warmer air while
 * customers open it, and three defrosts a day at the same times.
 */
export const freezer: Kind = {
  name: 'freezer',
  description: 'A freezer in a shop at -20 degrees, warmer while customers come, with three defrosts a day.',
  metrics: [
    {
      name: 'temperature', type: 'number', unit: 'Cel', decimals: 2, noise: 0.05,
      typical: { low: -22, high: -10 }, possible: { low: -50, high: 50 }, meaning: 'Air temperature in the freezer',
    },
    {
      name: 'power', type: 'number', unit: 'W', decimals: 0, noise: 2,
      typical: { low: 0, high: 850 }, possible: { low: 0, high: 2000 }, meaning: 'Electric power of compressor and defrost heater',
    },
    { name: 'defrosting', type: 'boolean', meaning: 'Whether the defrost heater works' },
  ],
  drift: { metric: 'temperature', perSecond: 0.3, cooling: 120 },
  faults: ['door-open', 'cooling-failure'],
  scrapped: { temperature: 18, power: 0, defrosting: false },

  start(random) {
    let goods = random.uniform(COMPRESSOR_OFF, COMPRESSOR_ON);
    let cooling = random.uniform() < 0.5;
    let defrosting = false;
    let warmAir = 0;
    let busyHeat = 0;
    let power = 0;

    return {
      advance(seconds, time, faults) {
        const ambient = ambientAt(time);
        const open = faults.get('door-open') ?? 0;
        const hasPower = !faults.has('cooling-failure');
        defrosting = hasPower && (time + DEFROST_EVERY - FIRST_DEFROST) % DEFROST_EVERY < DEFROST_LENGTH;
        if (goods > COMPRESSOR_ON) cooling = true;
        if (goods < COMPRESSOR_OFF) cooling = false;
        const isCooling = cooling && hasPower && !defrosting;
        goods += seconds * ((ambient - goods) * (1 / 20_000 + open / 6_000) + (defrosting ? 0.003 : 0) - (isCooling ? 0.0045 : 0));
        const throughDoor = Math.min(1, open * OPEN_DOOR_SHARE) * (ambient - goods);
        warmAir += (seconds * (throughDoor - warmAir)) / AIR_SECONDS;
        busyHeat = BUSY_HEAT * trafficAt(time);
        power = hasPower ? (defrosting ? 800 : isCooling ? 350 : 25) : 0;
      },
      state: () => ({ temperature: goods + warmAir + busyHeat, power, defrosting }),
    };
  },
};
