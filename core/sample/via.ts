/** The ways by which readings come in; the ledger has an account for each. `subscriber`: from somebody else's MQTT broker. */
export const VIA = ['mqtt', 'http', 'coap', 'flow', 'subscriber'] as const;

export type Via = (typeof VIA)[number];
