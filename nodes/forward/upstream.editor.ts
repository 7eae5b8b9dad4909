import { savedValue } from '../editor/settings.ts';
import { textsOf } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';

const HTTP = /^https?:\/\/[^/?#]+/i;
const BROKER = /^(mqtts?|wss?|tcp|ssl|tls):\/\/[^/?#]+/i;
const VARIABLE = /^\$\{\S+\}$/;

/** The address of the other side, of a protocol that it speaks, without a password in it. */
export function upstreamAddress(): Validator {
  return function (value, _options) {
    const text = textOf(value ?? savedValue(this, 'url')).trim();
    if (VARIABLE.test(text)) return true;
    const texts = textsOf(this.type);
    if (text === '') return texts('errors.noUrl');
    if (/^\w+:\/\/[^/]*@/.test(text)) return texts('errors.urlPassword');
    return HTTP.test(text) || BROKER.test(text) || texts('errors.url', { value: text.slice(0, 60) });
  };
}

/** A topic to publish on, of fixed parts and {device}. */
export function publishTopic(property: string): Validator {
  return function (value, _options) {
    const text = textOf(value ?? savedValue(this, property)).trim();
    const isUsable = text !== '' && !text.startsWith('$') && !/[+#{}]/.test(text.replaceAll('{device}', ''));
    return isUsable || VARIABLE.test(text) || textsOf(this.type)('errors.topic', { value: text.slice(0, 60) });
  };
}

/** The machine that an address names; empty when only the server knows it. */
export function upstreamName(url: string): string {
  return VARIABLE.test(url) || !URL.canParse(url) ? '' : new URL(url).hostname;
}

/** Whether the connection is made with TLS; true as well when only the server knows. */
export function isEncrypted(url: string): boolean {
  return VARIABLE.test(url.trim()) || /^(https|mqtts|wss|ssl|tls):/i.test(url.trim());
}

/** What only one kind of upstream, or one protocol, has is shown for that alone. */
export function showWhatMatters(): void {
  const upstream = $('#node-input-upstream');
  const url = $('#node-input-url');
  const full = $('#node-input-full');
  const tls = $('#node-input-tls');
  // Of a node that was saved without the property the list has nothing chosen.
  if (tls.val() === null) tls.val('_ADD_');
  const show = (): void => {
    const kind = textOf(upstream.val());
    const address = textOf(url.val()).trim();
    const isMqtt = kind === 'mqtt' || (kind === 'holdfast' && BROKER.test(address));
    $('.holdfast-tls').toggle(isEncrypted(address));
    $('.holdfast-mqtt').toggle(isMqtt);
    $('.holdfast-broker').toggle(kind === 'mqtt');
    $('.holdfast-http').toggle(kind === 'http');
    $('.holdfast-coding').toggle(kind !== 'mqtt');
    $('.holdfast-thin').toggle(full.val() === 'thin');
    $('.holdfast-login').each((_index, hint) => void $(hint).toggle($(hint).data('upstream') === kind));
    RED.tray.resize();
  };
  upstream.on('change', show);
  full.on('change', show);
  url.on('input change', show);
  show();
}
