/**
 * Loaded into the measured Node-RED (NODE_OPTIONS=--import): ten times a second it appends to the file that LOOP_MONITOR names a line of
 * JSON with the longest time for which the event loop stood still since the line before, in milliseconds.
 */
import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const file = process.env['LOOP_MONITOR'];
const RESOLUTION = 5;
if (file !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  setInterval(() => {
    // The histogram holds the whole time between two of its ticks.
    appendFileSync(file, `${JSON.stringify({ at: Date.now(), stall: Math.max(0, delay.max / 1e6 - RESOLUTION) })}\n`);
    delay.reset();
  }, 100).unref();
}
