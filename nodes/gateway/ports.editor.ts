import { currentValue, savedValue } from '../editor/settings.ts';
import { textsOf } from '../editor/texts.ts';
import { isNumberWithin, numberSentence, textOf } from '../editor/validators.ts';

/** The property of each listener's port, and the port that is usual for it, in the order of the dialog. */
const PORTS = { port: 1883, mqttsPort: 8883, wsPort: 8083, wssPort: 8084, httpPort: 8080, httpsPort: 8443, coapPort: 5683 } as const;
type PortProperty = keyof typeof PORTS;

const PROTOCOLS: Record<PortProperty, string> = { port: '', mqttsPort: 'MQTTS ', wsPort: 'WS ', wssPort: 'WSS ', httpPort: 'HTTP ', httpsPort: 'HTTPS ', coapPort: 'CoAP ' };
const PROPERTIES = Object.keys(PORTS) as PortProperty[];
const ENCRYPTED: readonly PortProperty[] = ['mqttsPort', 'wssPort', 'httpsPort'];
const LIMITS = { minimum: 0, maximum: 65_535, whole: true };

/** A port that no other listener has; none is fine. */
export function listenerPort(property: PortProperty): Validator {
  return function (value, _options) {
    const port = textOf(value ?? savedValue(this, property)).trim();
    if (isOff(port)) return true;
    const texts = textsOf(this.type);
    if (!isNumberWithin(port, LIMITS)) return numberSentence(texts(`labels.${property}`), port, LIMITS);
    const other = rivals(property).find((one) => portOf(this, one) === port);
    return other === undefined || texts('errors.samePort', { listener: texts(`labels.${property}`), other: texts(`labels.${other}`), port });
  };
}

/** A TLS configuration, where a listener needs one. */
export function certificate(): Validator {
  return function (value, _options) {
    if (!isEncrypted(this)) return true;
    const texts = textsOf(this.type);
    const id = textOf(value ?? this['tls']);
    if (id === '' || id === '_ADD_') return texts('errors.noTls');
    const config = RED.nodes.node(id);
    if (!config) return texts('errors.tlsGone');
    return config['valid'] !== false || texts('errors.tlsInvalid');
  };
}

/** The ports tell gateways apart, unless only the server knows them; that of MQTT is the one people expect. */
export function portsOf(node: EditorNode): string {
  return PROPERTIES.flatMap((property) => {
    const port = textOf(savedValue(node, property)).trim();
    return /^\d+$/.test(port) && !isOff(port) ? [`${PROTOCOLS[property]}:${port}`] : [];
  }).join(', ');
}

/** The table of listeners: what is off is empty, the usual port is a click away, and a certificate is a question where one is needed. */
export function openListeners(node: EditorNode): void {
  const texts = textsOf(node.type);
  for (const property of PROPERTIES) {
    const input = inputOf(property);
    if (isOff(textOf(input.val()))) input.val('');
    const usual = $('<button type="button" class="red-ui-button red-ui-button-small">').text(String(PORTS[property]));
    usual.attr('aria-label', texts('listeners.use', { listener: texts(`labels.${property}`), port: PORTS[property] }));
    usual.on('click', () => input.val(String(PORTS[property])).trigger('change'));
    $(`#holdfast-usual-${property}`).append(usual);
  }
  const show = (): void => {
    $('.holdfast-tls').toggle(isEncrypted(node));
    RED.tray.resize();
  };
  $(PROPERTIES.map((property) => `#node-input-${property}`).join()).on('input change', show);
  show();
}

/** Saves an empty port as 0, which programs and people read alike. */
export function savePorts(): void {
  for (const property of PROPERTIES) if (isOff(textOf(inputOf(property).val()))) inputOf(property).val('0');
}

/** CoAP goes over UDP, whose ports are others than those of TCP. */
function rivals(property: PortProperty): PortProperty[] {
  return property === 'coapPort' ? [] : PROPERTIES.filter((other) => other !== property && other !== 'coapPort');
}

function isEncrypted(node: EditorNode): boolean {
  return ENCRYPTED.some((property) => !isOff(portOf(node, property)));
}

function portOf(node: EditorNode, property: PortProperty): string {
  return textOf(currentValue(node, property)).trim();
}

function isOff(port: string): boolean {
  return port.trim() === '' || Number(port) === 0;
}

function inputOf(property: PortProperty): JQuery {
  return $(`#node-input-${property}`);
}
