import { resolve } from 'node:path';
import { ConfigError } from '../errors/holdfast-error.ts';

/** How this installation is told where to live and to listen. */
export interface Environment {
  /** The directory of everything that Holdfast writes, absolute. */
  readonly home: string;
  /** TCP port of the editor. */
  readonly port: number;
  /** TCP port of the embedded MQTT gateway. */
  readonly mqttPort: number;
  /** The password for the first login, when it was given from outside. */
  readonly adminPassword?: string;
}

/**
 * Reads HOLDFAST_HOME, PORT, HOLDFAST_MQTT_PORT and HOLDFAST_ADMIN_PASSWORD; an empty variable counts as unset.
 *
 * @param defaultHome the home directory when HOLDFAST_HOME is unset
 * @throws ConfigError for a value that is no port, or one port for two listeners.
 */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>, defaultHome: string): Environment {
  const port = readPort('PORT', variables['PORT'], 1880);
  const mqttPort = readPort('HOLDFAST_MQTT_PORT', variables['HOLDFAST_MQTT_PORT'], 1883);
  if (port === mqttPort) {
    throw new ConfigError('HOLDFAST_MQTT_PORT', `PORT and HOLDFAST_MQTT_PORT are both ${port}, but the editor and the MQTT gateway each need a port of their own. Change one of them.`);
  }
  const adminPassword = variables['HOLDFAST_ADMIN_PASSWORD'] || undefined;
  return { home: resolve(variables['HOLDFAST_HOME'] || defaultHome), port, mqttPort, ...(adminPassword === undefined ? {} : { adminPassword }) };
}

function readPort(variable: string, text: string | undefined, usual: number): number {
  if (!text) return usual;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 1 && port <= 65_535) return port;
  throw new ConfigError(variable, `${variable} is "${text.slice(0, 40)}", which is no port. Use a whole number from 1 to 65535, or leave it unset for ${usual}.`);
}
