import { readFileSync } from 'node:fs';

interface Arrival {
  device: string;
  received: number;
  number: number;
  historical: boolean;
}

/**
 * How many samples came to the centre in another order than they had come to the edge, of one device each: what is live and what has waited,
 * each for itself.
 */
export function outOfOrder(edge: string, centre: string): number {
  const places = new Map(firstArrivals(edge).map(({ device, number }, place) => [`${device} ${number}`, place]));
  const last = new Map<string, number>();
  let wrong = 0;
  for (const { device, number, historical } of firstArrivals(centre)) {
    const place = places.get(`${device} ${number}`) ?? -1;
    const row = `${device} ${historical}`;
    if (place < (last.get(row) ?? 0)) wrong += 1;
    last.set(row, place);
  }
  return wrong;
}

/** A line is written for each delivery in the flow; the time of reception is the same in all of them, and rises strictly for each device. */
function firstArrivals(file: string): Arrival[] {
  const seen = new Set<string>();
  return linesOf(file)
    .toSorted((one, other) => one.received - other.received)
    .filter(({ device, number }) => !seen.has(`${device} ${number}`) && seen.add(`${device} ${number}`));
}

function linesOf(file: string): Arrival[] {
  return readFileSync(file, 'utf8').split('\n').flatMap((line) => {
    try {
      const [device, received, number, historical] = JSON.parse(line) as [string, number, number, boolean];
      return [{ device, received, number, historical }];
    } catch {
      // A line that a kill has cut off; its sample is delivered again.
      return [];
    }
  });
}
