import { savedValue } from '../editor/settings.ts';
import { textOf } from '../editor/validators.ts';

interface PublishCommand {
  protocol: 'mqtt' | 'http';
  command: string;
}

interface Address {
  host: string;
  port: string;
}

const READING = '{"temperature": 21.4}';

/** Commands for a shell that send one sample as that device, for each protocol for which a gateway of the backend listens. */
export function publishCommands(backend: string, device: string, secret: string): PublishCommand[] {
  const gateways: EditorNode[] = [];
  RED.nodes.eachNode((node) => {
    if (node.type === 'holdfast-gateway' && node['backend'] === backend && !node['d']) gateways.push(node);
  });
  // Without a gateway, the one that would be dropped next.
  const mqtt = gateways.length === 0 ? { host: '127.0.0.1', port: '1883' } : addressOf(gateways, 'port', '1883');
  const http = addressOf(gateways, 'httpPort', '8080');
  const https = http ? undefined : addressOf(gateways, 'httpsPort', '8443');
  const commands: PublishCommand[] = [];
  if (mqtt) commands.push({ protocol: 'mqtt', command: `mosquitto_pub -h ${mqtt.host} -p ${mqtt.port} -u ${device} -P '${secret}' -q 1 -t devices/${device}/telemetry -m '${READING}'` });
  if (http) commands.push({ protocol: 'http', command: curl('http', http) });
  if (https) commands.push({ protocol: 'http', command: curl('https', https) });
  return commands;

  function curl(scheme: string, { host, port }: Address): string {
    return `curl -i -u '${device}:${secret}' -H 'Content-Type: application/json' -d '${READING}' ${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}/telemetry`;
  }
}

/** Where a gateway listens; `usual` where its port stands in a variable that the shell does not know. */
function addressOf(gateways: readonly EditorNode[], property: string, usual: string): Address | undefined {
  const portOf = (gateway: EditorNode): string => textOf(savedValue(gateway, property)).trim();
  const listening = gateways.filter((gateway) => portOf(gateway) !== '' && Number(portOf(gateway)) !== 0);
  // The newest is the one being set up; a port in a variable is known to the server only.
  const gateway = listening.filter((one) => /^\d+$/.test(portOf(one))).at(-1) ?? listening[0];
  return gateway && { host: reachable(textOf(gateway['host'])), port: portForShell(portOf(gateway), usual) };
}

/** An address of all interfaces is none to connect to; what stands in a variable, only the server knows. */
function reachable(host: string): string {
  return host === '0.0.0.0' || host === '::' ? location.hostname.replace(/^\[|\]$/g, '') : /^[\w.:-]+$/.test(host) ? host : '127.0.0.1';
}

function portForShell(port: string, usual: string): string {
  const variable = /^\$\{(\w+)\}$/.exec(port)?.[1];
  if (variable !== undefined) return `\${${variable}:-${usual}}`;
  return /^\d+$/.test(port) ? port : usual;
}
