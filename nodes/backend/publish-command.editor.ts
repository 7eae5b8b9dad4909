import { textOf } from '../editor/validators.ts';

/** A command for a shell that sends one sample as that device, to a gateway of the backend. */
export function publishCommand(backend: string, device: string, secret: string): string {
  const gateways: EditorNode[] = [];
  RED.nodes.eachNode((node) => {
    if (node.type === 'holdfast-gateway' && node['backend'] === backend) gateways.push(node);
  });
  // The newest is the one being set up; a port in a variable is known to the server only.
  const gateway = gateways.filter((one) => /^\d+$/.test(textOf(one['port']))).at(-1) ?? gateways[0];
  const host = textOf(gateway?.['host']);
  const port = portOf(textOf(gateway?.['port']));
  return `mosquitto_pub -h ${reachable(host)} -p ${port} -u ${device} -P '${secret}' -q 1 -t devices/${device}/telemetry -m '{"temperature": 21.4}'`;
}

/** An address of all interfaces is none to connect to; what stands in a variable, only the server knows. */
function reachable(host: string): string {
  return host === '0.0.0.0' || host === '::' ? location.hostname : /^[\w.:-]+$/.test(host) ? host : '127.0.0.1';
}

/** A port in a variable of Node-RED is the usual one where the shell has no such variable. */
function portOf(port: string): string {
  const variable = /^\$\{(\w+)\}$/.exec(port)?.[1];
  if (variable !== undefined) return `\${${variable}:-1883}`;
  return /^\d+$/.test(port) ? port : '1883';
}
