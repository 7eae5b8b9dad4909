import { messageOf } from '../errors/holdfast-error.ts';
import type { ConnectionEnd } from './broker-connection.ts';

/** What the sentence about a connection speaks of. */
export interface ConnectionNames {
  /** The broker's address. */
  broker: string;
  clientId: string;
}

/** Reason codes of CONNACK: MQTT 3.1.1 table 3.1, MQTT 5 table 3-1. */
const REFUSED: Readonly<Record<number, string>> = {
  1: 'It does not speak MQTT 5. Choose MQTT 3.1.1 in the node.',
  2: 'It does not take the client id "%id". Enter another one in the node.',
  3: 'It is not available at the moment.',
  4: 'The user name or the password is wrong. Enter those that the broker knows.',
  5: 'This user may not connect, or a user name and a password are missing. Enter those that the broker knows.',
  128: 'It gives no reason.',
  132: 'It does not speak this version of MQTT. Choose the other one in the node.',
  133: 'It does not take the client id "%id". Enter another one in the node.',
  134: 'The user name or the password is wrong. Enter those that the broker knows.',
  135: 'This user may not connect, or a user name and a password are missing. Enter those that the broker knows.',
  136: 'It is not available at the moment.',
  137: 'It is busy.',
  138: 'This client is banned. Ask whoever runs the broker.',
  151: 'A quota is used up. Ask whoever runs the broker.',
  159: 'Too many connections are being opened.',
};

/** Reason codes of the broker's DISCONNECT: MQTT 5 table 3-10. */
const DISCONNECTED: Readonly<Record<number, string>> = {
  139: 'It is shutting down.',
  141: 'It heard nothing for too long.',
  142: 'Another client has connected with the client id "%id". Give each node and each machine one of its own.',
  147: 'It sent more messages at a time than this node takes.',
  151: 'A quota is used up. Ask whoever runs the broker.',
  152: 'Somebody who administers it closed the connection.',
  158: 'It has no shared subscriptions. Leave the group empty.',
};

const UNTRUSTED = 'Its certificate is not from an authority that this machine trusts. Choose a TLS configuration that holds the certificate of the authority.';
const SYSTEM: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens there. Start the broker, or mend the address.',
  ENOTFOUND: 'There is no machine of that name. Mend the address.',
  EAI_AGAIN: 'The name could not be looked up: the network or its name server is not there.',
  EHOSTUNREACH: 'There is no way to that machine.',
  ENETUNREACH: 'There is no way to that network.',
  ETIMEDOUT: 'It does not answer. A firewall may be in between.',
  EPROTO: 'It does not speak TLS on that port. Use the port for TLS, or mqtt:// in place of mqtts://.',
  CERT_HAS_EXPIRED: 'Its certificate has expired.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is for another name. Use that name in the address, or as server name in the TLS configuration.',
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
};

/** Whether the broker turned the client away because of the version of MQTT. */
export function isVersionRefused({ error }: ConnectionEnd): boolean {
  const code = codeOf(error);
  return code === 1 || code === 132;
}

/** Why a connection ended, with the cure, for whoever wires the flow. */
export function connectionProblem({ error, reasonCode, wasConnected }: ConnectionEnd, { broker, clientId }: ConnectionNames): string {
  const code = codeOf(error);
  const say = (start: string, reason: string): string => `${start} ${reason.replace('%id', clientId)}`;
  if (reasonCode !== undefined && reasonCode > 0) return say(`The broker ${broker} closed the connection.`, DISCONNECTED[reasonCode] ?? `Its reason code is ${reasonCode}.`);
  if (typeof code === 'number' && !wasConnected) return say(`The broker ${broker} refuses the connection.`, REFUSED[code] ?? `Its reason code is ${code}.`);
  const start = wasConnected ? `The connection to the broker ${broker} broke.` : `The broker ${broker} cannot be reached.`;
  if (typeof code === 'string' && SYSTEM[code] !== undefined) return say(start, SYSTEM[code]);
  if (error !== undefined) return say(start, `The cause: ${messageOf(error) || String(code)}.`);
  if (wasConnected) return say(`The broker ${broker} closed the connection.`, 'If that happens again and again, look whether another client has the client id "%id".');
  return say(`The broker ${broker} closed the connection without a word.`, 'It may expect another protocol on that port, such as TLS.');
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
