import type { Kind } from './kind.ts';

const AMBIENT = 20;
const DOORWAY = 6;
const COMPRESSOR_ON = 4;
const COMPRESSOR_OFF = 3;

/**
 * A walk-in cold room: it warms slowly through its walls, quicker while the door stands open, and a compressor with
 * hysteresis cools it again, a cycle of about ten minutes.
 */
export const coldRoom: Kind = {
  name: 'cold-room',
  description: 'A cold room at 3 to 4 degrees, with a compressor that cycles and a door that people open.',
  metrics: [
    {
      name: 'temperature', type: 'number', unit: 'Cel', decimals: 2, noise: 0.03,
      typical: { low: 2, high: 6.5 }, possible: { low: -40, high: 85 }, meaning: 'Air temperature in the room',
    },
    {
      name: 'humidity', type: 'number', unit: '%', decimals: 1, noise: 0.3,
      typical: { low: 65, high: 98 }, possible: { low: 0, high: 100 }, meaning: 'Relative humidity in the room',
    },
    { name: 'door_open', type: 'boolean', meaning: 'Whether the door stands open' },
  ],
  drift: { metric: 'temperature', perSecond: 0.3, cooling: 120 },
  faults: ['door-open', 'cooling-failure'],
  scrapped: { temperature: 20, humidity: 55, door_open: true },

  start(random) {
    let temperature = random.uniform(COMPRESSOR_OFF, COMPRESSOR_ON);
    let humidity = random.uniform(78, 82);
    let cooling = random.uniform() < 0.5;
    let doorOpen = false;
    let standsOpen = false;
    let untilDoorMoves = random.uniform(60, 900);

    return {
      advance(seconds, _time, faults) {
        untilDoorMoves -= seconds;
        if (untilDoorMoves <= 0) {
          doorOpen = !doorOpen;
          untilDoorMoves = doorOpen ? random.uniform(15, 60) : random.uniform(240, 1800);
        }
        if (temperature > COMPRESSOR_ON) cooling = true;
        if (temperature < COMPRESSOR_OFF) cooling = false;
        const throughWalls = (AMBIENT - temperature) / 6000;
        standsOpen = doorOpen || faults.has('door-open');
        const isCooling = cooling && !faults.has('cooling-failure');
        const throughDoor = standsOpen ? (DOORWAY - temperature) / 90 : 0;
        temperature += seconds * (throughWalls + throughDoor - (isCooling ? 0.007 : 0));
        const humidityAhead = standsOpen ? 92 : isCooling ? 76 : 84;
        humidity += seconds * (humidityAhead - humidity) / 300;
      },
      state: () => ({ temperature, humidity, door_open: standsOpen }),
    };
  },
};
