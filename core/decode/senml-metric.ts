/**
 * The name of a metric, from the names of a SenML record. Which device it is of is known from its credentials, so the base name, which says
 * so once more, is left out:
 * - `n` as it is, when the record has one;
 * - else the last segment of the base name `bn`, which `/` separates, and in a URN `:` too: `temp` of `urn:dev:ow:10e2073a01080063:temp`;
 * - in that case with the unit, when the record has another one than the base unit `bu`: records without names differ in nothing else
 *   (RFC 8428, section 5.1.3, sends humidity and position so: `10e2073a01080063`, `10e2073a01080063.lon`, `10e2073a01080063.lat`).
 *
 * Empty when there is none of these.
 */
export function metricOf(baseName: string, name: string, baseUnit: string | undefined, unit: string | undefined): string {
  if (name !== '') return name;
  const segment = lastSegment(baseName);
  const differs = segment !== '' && baseUnit !== undefined && unit !== undefined && unit !== baseUnit;
  return differs ? `${segment}.${unit}` : segment;
}

function lastSegment(name: string): string {
  const isUrn = name.startsWith('urn:');
  let end = name.length;
  while (end > 0 && isSeparator(name[end - 1], isUrn)) end -= 1;
  let start = end;
  while (start > 0 && !isSeparator(name[start - 1], isUrn)) start -= 1;
  return name.slice(start, end);
}

function isSeparator(character: string | undefined, isUrn: boolean): boolean {
  return character === '/' || (isUrn && character === ':');
}
