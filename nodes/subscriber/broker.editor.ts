import { readBrokerAddress } from '../../core/subscriber/broker-address.ts';
import { savedValue } from '../editor/settings.ts';
import { textsOf } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';

/** The address of a broker, without a password in it. */
export function brokerAddress(): Validator {
  return function (value, _options) {
    const text = textOf(value ?? savedValue(this, 'url')).trim();
    if (isVariable(text) || isAddress(text)) return true;
    return textsOf(this.type)(/^\w+:\/\/[^/]*@/.test(text) ? 'errors.urlPassword' : 'errors.url', { value: text.slice(0, 60) });
  };
}

/** The name of a group of a shared subscription; none is fine. */
export function groupName(): Validator {
  return function (value, _options) {
    const text = textOf(value);
    return !/[/+#]/.test(text) || textsOf(this.type)('errors.group', { value: text.slice(0, 40) });
  };
}

/** The machine that a broker's address names, to tell nodes apart; empty when only the server knows it. */
export function brokerName(url: string): string {
  return isAddress(url) ? readBrokerAddress(url).host : '';
}

/** Whether the connection is made with TLS; true as well when only the server knows. */
export function isEncrypted(url: string): boolean {
  return isVariable(url) || /^(mqtts|wss|ssl|tls):/i.test(url.trim());
}

/** Certificates are a question only where the connection is encrypted. */
export function showTlsForEncrypted(): void {
  const url = $('#node-input-url');
  const tls = $('#node-input-tls');
  // Of a node that was saved without the property the list has nothing chosen.
  if (tls.val() === null) tls.val('_ADD_');
  const show = (): void => {
    $('.holdfast-tls').toggle(isEncrypted(textOf(url.val())));
    RED.tray.resize();
  };
  url.on('input change', show);
  show();
}

function isAddress(text: string): boolean {
  try {
    readBrokerAddress(text);
    return true;
  } catch {
    return false;
  }
}

function isVariable(text: string): boolean {
  return /^\$\{\S+\}$/.test(text.trim());
}
