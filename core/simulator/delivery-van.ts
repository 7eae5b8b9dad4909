import type { Kind } from './kind.ts';
import type { Random } from './random.ts';

/** Latitude and longitude of the stations of the round, a closed loop of some 60 km. */
const ROUND: readonly (readonly [number, number])[] = [
  [52.0116, 4.3571], [52.0363, 4.325], [52.0705, 4.3007], [52.0742, 4.3594],
  [52.0575, 4.4931], [51.99, 4.4986], [51.9244, 4.4777], [51.9192, 4.3886],
];
const KILOMETRES_A_DEGREE = 111.32;
const REFUEL_BELOW = 20;
const FUEL_PERCENT_A_KILOMETRE = 0.15;
const AMBIENT = 22;
/** Volts of the battery while the alternator charges it, and while the van stands. */
const CHARGING = 14.2;
const RESTING = 12.7;
const MOST_DRAINED = 3;

interface Leg {
  from: readonly [number, number];
  to: readonly [number, number];
  kilometres: number;
}

/** The legs of the round; lengths by the equirectangular approximation, good to a metre at this size. */
const LEGS: readonly Leg[] = ROUND.map((from, index) => {
  const to = ROUND[(index + 1) % ROUND.length] ?? from;
  const north = (to[0] - from[0]) * KILOMETRES_A_DEGREE;
  const east = (to[1] - from[1]) * KILOMETRES_A_DEGREE * Math.cos((from[0] * Math.PI) / 180);
  return { from, to, kilometres: Math.hypot(north, east) };
});
const ROUND_KILOMETRES = LEGS.reduce((sum, leg) => sum + leg.kilometres, 0);

/** Where a van is that has come `kilometres` along the round. */
function position(kilometres: number): { latitude: number; longitude: number } {
  let rest = kilometres;
  for (const { from, to, kilometres: length } of LEGS) {
    if (rest < length) {
      const part = rest / length;
      return { latitude: from[0] + part * (to[0] - from[0]), longitude: from[1] + part * (to[1] - from[1]) };
    }
    rest -= length;
  }
  return position(0);
}

function cruisingSpeed(random: Random): number {
  return random.uniform(45, 80);
}

/** A refrigerated van on its round: it drives, stops to deliver, warms a little while it is open, and refuels. */
export const deliveryVan: Kind = {
  name: 'delivery-van',
  description: 'A refrigerated van that drives a round, stops to deliver and refuels.',
  metrics: [
    {
      name: 'latitude', type: 'number', unit: 'deg', decimals: 5, noise: 0.00001,
      typical: { low: 51.91, high: 52.08 }, possible: { low: -90, high: 90 }, meaning: 'Latitude, WGS 84',
    },
    {
      name: 'longitude', type: 'number', unit: 'deg', decimals: 5, noise: 0.00001,
      typical: { low: 4.29, high: 4.51 }, possible: { low: -180, high: 180 }, meaning: 'Longitude, WGS 84',
    },
    {
      name: 'speed', type: 'number', unit: 'km/h', decimals: 1, noise: 0.15,
      typical: { low: 0, high: 90 }, possible: { low: 0, high: 250 }, meaning: 'Speed over ground',
    },
    {
      name: 'cargo_temperature', type: 'number', unit: 'Cel', decimals: 2, noise: 0.05,
      typical: { low: 2, high: 8 }, possible: { low: -40, high: 85 }, meaning: 'Air temperature in the cargo space',
    },
    {
      name: 'fuel', type: 'number', unit: '%', decimals: 1, noise: 0.1,
      typical: { low: 10, high: 100 }, possible: { low: 0, high: 100 }, meaning: 'Fuel left in the tank',
    },
    {
      name: 'battery_voltage', type: 'number', unit: 'V', decimals: 2, noise: 0.03,
      typical: { low: 12, high: 14.8 }, possible: { low: 0, high: 32 }, meaning: 'Voltage of the starter battery',
    },
  ],
  drift: { metric: 'cargo_temperature', perSecond: 0.25, cooling: 120 },
  faults: ['cooling-failure', 'alternator-failure'],
  scrapped: { latitude: 51.9003, longitude: 4.4109, speed: 0, cargo_temperature: 17, fuel: 0, battery_voltage: 11.2 },

  start(random) {
    let along = random.uniform(0, ROUND_KILOMETRES);
    let driving = random.uniform() < 0.7;
    let untilChange = random.uniform(30, 480);
    let cruising = cruisingSpeed(random);
    let speed = driving ? cruising : 0;
    let cargoTemperature = random.uniform(3.5, 4.5);
    let fuel = random.uniform(40, 95);
    let voltage = driving ? CHARGING : RESTING;
    let drained = 0;

    return {
      advance(seconds, _time, faults) {
        untilChange -= seconds;
        if (untilChange <= 0) {
          driving = !driving;
          untilChange = driving ? random.uniform(180, 720) : random.uniform(120, 360);
          cruising = cruisingSpeed(random);
          if (!driving && fuel < REFUEL_BELOW) fuel = 98;
        }
        speed += seconds * ((driving ? cruising : 0) - speed) / 8;
        const driven = (speed * seconds) / 3600;
        along = (along + driven) % ROUND_KILOMETRES;
        fuel = Math.max(0, fuel - driven * FUEL_PERCENT_A_KILOMETRE);
        const warming = faults.get('cooling-failure');
        if (warming) cargoTemperature += (seconds * warming * (AMBIENT - cargoTemperature)) / 300;
        else cargoTemperature += (seconds * ((driving ? 4 : 7) - cargoTemperature)) / 500;
        const draining = faults.get('alternator-failure');
        if (draining) drained = Math.min(MOST_DRAINED, drained + seconds * draining * 0.01);
        else drained += (seconds * -drained) / 60;
        voltage += (seconds * ((driving && !draining ? CHARGING : RESTING) - drained - voltage)) / 15;
      },
      state: () => ({ ...position(along), speed, cargo_temperature: cargoTemperature, fuel, battery_voltage: voltage }),
    };
  },
};
