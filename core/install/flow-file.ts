import { join } from 'node:path';
import { ConfigError, messageOf } from '../errors/holdfast-error.ts';
import { writeFileAtomically } from '../workspace/atomic-file.ts';
import { DamagedFileError } from '../workspace/damaged-file-error.ts';
import { isObject } from '../workspace/document.ts';
import type { JsonObject } from '../workspace/document.ts';
import { readText } from '../workspace/read-text.ts';
import { decryptCredentials, encryptCredentials } from './flow-credentials.ts';
import { SETTINGS_FILE } from './settings-file.ts';

export const FLOW_FILE = 'flows.json';
export const CREDENTIALS_FILE = 'flows_cred.json';

/** The principal with which the flows themselves connect to the gateway. */
export const FLOWS_PRINCIPAL = 'flows';

/** How flows name the gateway's port; Node-RED puts the variable's value in its place. */
const OWN_PORT = '${HOLDFAST_MQTT_PORT}';

/** Makes the secret of the principal `FLOWS_PRINCIPAL`. */
export type IssueSecret = () => string;

/** Whether the flow that this home runs, or will run after the first start, listens on the port in HOLDFAST_MQTT_PORT. */
export function usesOwnMqttPort(home: string, quickStartFile: string): boolean {
  const flow = readText(join(home, FLOW_FILE)) ?? readText(quickStartFile);
  return flow?.includes(OWN_PORT) ?? false;
}

/**
 * Makes sure that Node-RED will find a sound flow and sound credentials: it would start with an empty flow otherwise,
 * and the next deploy would overwrite the damaged one. Brings the quick-start flow when there is no flow, and the
 * credentials with which the flow connects to the gateway when there are none. What is there is not touched.
 *
 * @returns whether the quick-start flow was brought.
 * @throws DamagedFileError for a file that cannot be used, ConfigError when the quick-start flow is not there.
 */
export function prepareFlow(home: string, quickStartFile: string, credentialSecret: string, issueSecret: IssueSecret): boolean {
  const flowFile = join(home, FLOW_FILE);
  const credentialsFile = join(home, CREDENTIALS_FILE);
  const present = readFlow(flowFile);
  const isNew = !present;
  const flow = present ?? readFlow(quickStartFile);
  if (!flow) throw new ConfigError('flows', `The quick-start flow ${quickStartFile} is missing. Get it back from the repository, or put a ${FLOW_FILE} of your own into ${home}.`);
  const credentials = readCredentials(credentialsFile, credentialSecret);
  if (isNew || !credentials) {
    const own = ownCredentials(flow.nodes, issueSecret);
    writeFileAtomically(credentialsFile, encryptCredentials({ ...credentials, ...own }, credentialSecret));
  }
  // The flow comes last: a crash before this line leaves no flow, and the next start does all of it again.
  if (isNew) writeFileAtomically(flowFile, flow.text);
  return isNew;
}

interface Flow {
  text: string;
  nodes: readonly unknown[];
}

function readFlow(path: string): Flow | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  const nodes = parseNodes(text);
  if (nodes) return { text, nodes };
  throw new DamagedFileError(
    path,
    `The file ${path} is damaged (it is not a JSON list of nodes). Restore it from a backup, such as .${FLOW_FILE}.backup beside it, which Node-RED made at the last deploy, or move it away to start with the quick-start flow.`,
  );
}

function parseNodes(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function readCredentials(path: string, secret: string): JsonObject | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  try {
    return decryptCredentials(text, secret);
  } catch (error) {
    throw new DamagedFileError(
      path,
      `The file ${path} cannot be used (${messageOf(error)}). Restore it and ${SETTINGS_FILE} from the same backup, or move it away and enter the passwords of outside services that your flows use again in the editor.`,
      { cause: error },
    );
  }
}

/** The name and secret for every connection of the flow to our own gateway. No secret is made when there is none. */
function ownCredentials(nodes: readonly unknown[], issueSecret: IssueSecret): JsonObject {
  const brokers = nodes.filter((node) => isObject(node) && node['type'] === 'mqtt-broker' && node['port'] === OWN_PORT && typeof node['id'] === 'string');
  if (brokers.length === 0) return {};
  const login = { user: FLOWS_PRINCIPAL, password: issueSecret() };
  return Object.fromEntries(brokers.filter(isObject).map((node) => [String(node['id']), login]));
}
