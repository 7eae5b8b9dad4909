import { isId } from './principal.ts';
import type { Principal } from './principal.ts';

/** The device that a message is of, or the sentence that says why it may not be sent. */
export type SendingRight = { device: string } | { forbidden: string };

const SHOWN = 64;

/**
 * Who may send for whom, over every protocol: a device for itself, a gateway for its children, an application for nobody.
 *
 * @param device that the message is addressed to, in whatever text a client sent; undefined: none, which means the sender.
 * @param isChild whether the principal, a gateway, has this child.
 */
export function sendingRight({ id, kind }: Principal, device: string | undefined, isChild: (device: string) => boolean): SendingRight {
  switch (kind) {
    case 'application':
      return { forbidden: `${id} is an application and cannot send for a device. Use the credentials of the device.` };
    case 'gateway':
      if (device === undefined) return { forbidden: `The gateway ${id} must say which device it sends for. Send to devices/<device>/telemetry.` };
      return isChild(device) ? { device } : notItsOwn(id, device);
    case 'device':
      return device === undefined || device === id ? { device: id } : notItsOwn(id, device);
  }
}

/** Why a principal may not forward samples, whosoever they are; undefined for one that may: a gateway, for its children. */
export function notForwarding({ id, kind }: Principal): string | undefined {
  return kind === 'gateway' ? undefined : `${id} is ${kind === 'device' ? 'a device' : 'an application'} and cannot forward samples. Make it a gateway, and list the devices it sends for.`;
}

/** Why a gateway may not forward a sample of its own id, under which stands over MQTT all that it may not send. */
export function forwardsItself(gateway: string): string {
  return `The sample is of ${gateway}, which is the gateway itself and no device. Forward it under the id of one of its devices.`;
}

function notItsOwn(id: string, device: string): SendingRight {
  const shown = isId(device) ? device : JSON.stringify(device.slice(0, SHOWN));
  return { forbidden: `${id} may not send for the device ${shown}. Use the credentials of that device, or list it as a child of the gateway.` };
}
