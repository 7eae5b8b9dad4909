import type { Kind } from './kind.ts';

const STROKE_SECONDS = 8;

/** A hydraulic press that works for some minutes, rests for a few, and is warm from its work. */
export const press: Kind = {
  name: 'press',
  description: 'A hydraulic press at 60 to 75 degrees that works and rests in turn; under drift it overheats.',
  metrics: [
    {
      name: 'temperature', type: 'number', unit: 'Cel', decimals: 2, noise: 0.2,
      typical: { low: 55, high: 80 }, possible: { low: -40, high: 300 }, meaning: 'Oil temperature',
    },
    {
      name: 'pressure', type: 'number', unit: 'bar', decimals: 2, noise: 0.5,
      typical: { low: 130, high: 185 }, possible: { low: 0, high: 400 }, meaning: 'Hydraulic pressure',
    },
    {
      name: 'vibration', type: 'number', unit: 'mm/s', decimals: 3, noise: 0.05,
      typical: { low: 0, high: 5 }, possible: { low: 0, high: 50 }, meaning: 'Vibration velocity at the frame, root mean square',
    },
    { name: 'running', type: 'boolean', meaning: 'Whether the press is working' },
  ],
  // From the coldest working point, 60 degrees, 20 seconds of this end above 95.
  drift: { metric: 'temperature', perSecond: 2.5, cooling: 40 },
  faults: ['bearing-wear'],
  bearing: 'vibration',
  scrapped: { temperature: 18, pressure: 0, vibration: 0, running: false },

  start(random) {
    const workingVibration = random.uniform(2.3, 3.2);
    let running = random.uniform() < 0.8;
    let untilChange = random.uniform(30, 480);
    let temperature = random.uniform(66, 72);
    let stroke = random.uniform(0, STROKE_SECONDS);
    let pressure = running ? 160 : 145;
    let vibration = running ? workingVibration : 0.5;

    return {
      advance(seconds) {
        untilChange -= seconds;
        if (untilChange <= 0) {
          running = !running;
          untilChange = running ? random.uniform(240, 720) : random.uniform(60, 180);
        }
        temperature += seconds * ((running ? 74 : 58) - temperature) / 240;
        pressure += seconds * ((running ? 160 : 145) - pressure) / 5;
        vibration += seconds * ((running ? workingVibration : 0.5) - vibration) / 3;
        stroke = (stroke + seconds) % STROKE_SECONDS;
      },
      state: () => ({
        temperature,
        pressure: pressure + (running ? 8 * Math.sin((2 * Math.PI * stroke) / STROKE_SECONDS) : 0),
        vibration,
        running,
      }),
    };
  },
};
