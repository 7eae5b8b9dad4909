/** How the distance of two positions is computed: on the ellipsoid of GPS, or on a sphere, which is faster and up to 0.6 % off. */
export const DISTANCE_METHODS = ['wgs84', 'haversine'] as const;
export type DistanceMethod = (typeof DISTANCE_METHODS)[number];

/** WGS 84, in metres (NIMA TR8350.2). */
const EQUATOR = 6_378_137;
const FLATTENING = 1 / 298.257_223_563;
const POLE = EQUATOR * (1 - FLATTENING);
/** Between poles along a meridian: no two positions are further apart. */
const LONGEST = 20_003_931.458_6;
const SPHERE = 6_371_000;
const RADIANS = Math.PI / 180;

/** The distance of two positions in metres, given in degrees; NaN when one is no position. */
export function distanceOf(method: DistanceMethod, longitude: number, latitude: number, toLongitude: number, toLatitude: number): number {
  if (!(Math.abs(latitude) <= 90 && Math.abs(toLatitude) <= 90)) return Number.NaN;
  if (longitude === toLongitude && latitude === toLatitude) return 0;
  return method === 'wgs84' ? onEllipsoid(longitude, latitude, toLongitude, toLatitude) : onSphere(longitude, latitude, toLongitude, toLatitude);
}

function onSphere(longitude: number, latitude: number, toLongitude: number, toLatitude: number): number {
  const north = Math.sin(((toLatitude - latitude) * RADIANS) / 2);
  const east = Math.sin(((toLongitude - longitude) * RADIANS) / 2);
  const chord = north * north + Math.cos(latitude * RADIANS) * Math.cos(toLatitude * RADIANS) * east * east;
  return 2 * SPHERE * Math.atan2(Math.sqrt(chord), Math.sqrt(Math.max(0, 1 - chord)));
}

/**
 * T. Vincenty, "Direct and inverse solutions of geodesics on the ellipsoid with application of nested equations", Survey Review 23 (1975): right to
 * less than a millimetre. Where it does not converge, between nearly opposite points of the Earth, the distance on the sphere stands in.
 */
function onEllipsoid(longitude: number, latitude: number, toLongitude: number, toLatitude: number): number {
  const difference = (((toLongitude - longitude) % 360) + 540) % 360 - 180;
  const reduced = Math.atan((1 - FLATTENING) * Math.tan(latitude * RADIANS));
  const toReduced = Math.atan((1 - FLATTENING) * Math.tan(toLatitude * RADIANS));
  const [sin1, cos1, sin2, cos2] = [Math.sin(reduced), Math.cos(reduced), Math.sin(toReduced), Math.cos(toReduced)];
  const onGlobe = difference * RADIANS;
  let lambda = onGlobe;
  for (let round = 0; round < 50; round += 1) {
    const sinLambda = Math.sin(lambda);
    const cosLambda = Math.cos(lambda);
    const sinSigma = Math.hypot(cos2 * sinLambda, cos1 * sin2 - sin1 * cos2 * cosLambda);
    if (sinSigma === 0) break;
    const cosSigma = sin1 * sin2 + cos1 * cos2 * cosLambda;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (cos1 * cos2 * sinLambda) / sinSigma;
    const cosAlphaSquared = 1 - sinAlpha * sinAlpha;
    const cosMiddle = cosAlphaSquared === 0 ? 0 : cosSigma - (2 * sin1 * sin2) / cosAlphaSquared;
    const c = (FLATTENING / 16) * cosAlphaSquared * (4 + FLATTENING * (4 - 3 * cosAlphaSquared));
    const last = lambda;
    lambda = onGlobe + (1 - c) * FLATTENING * sinAlpha * (sigma + c * sinSigma * (cosMiddle + c * cosSigma * (2 * cosMiddle * cosMiddle - 1)));
    if (Math.abs(lambda) > Math.PI) break;
    if (Math.abs(lambda - last) < 1e-12) return lengthOf(sigma, sinSigma, cosSigma, cosMiddle, cosAlphaSquared);
  }
  return Math.min(LONGEST, onSphere(longitude, latitude, toLongitude, toLatitude));
}

function lengthOf(sigma: number, sinSigma: number, cosSigma: number, cosMiddle: number, cosAlphaSquared: number): number {
  const squared = cosAlphaSquared * ((EQUATOR * EQUATOR) / (POLE * POLE) - 1);
  const a = 1 + (squared / 16_384) * (4096 + squared * (squared * (320 - 175 * squared) - 768));
  const b = (squared / 1024) * (256 + squared * (squared * (74 - 47 * squared) - 128));
  const inner = cosSigma * (2 * cosMiddle * cosMiddle - 1) - (b / 6) * cosMiddle * (4 * sinSigma * sinSigma - 3) * (4 * cosMiddle * cosMiddle - 3);
  return POLE * a * (sigma - b * sinSigma * (cosMiddle + (b / 4) * inner));
}
