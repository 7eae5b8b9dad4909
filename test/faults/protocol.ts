export const PROTOCOLS = ['mqtt', 'http', 'coap', 'subscriber'] as const;

/** The way by which a run sends. `subscriber`: to a Mosquitto that Holdfast subscribes to. */
export type Protocol = (typeof PROTOCOLS)[number];
