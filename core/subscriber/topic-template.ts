import { HoldfastError } from '../errors/holdfast-error.ts';

/** Why a topic template cannot be used; stable, for a dialog in any language. */
export type TemplateFault = 'no-device' | 'two-devices' | 'hash' | 'level' | 'wildcard-device';

/** A topic template that cannot be used. Code `HOLDFAST_TOPIC_TEMPLATE`. */
export class TopicTemplateError extends HoldfastError {
  readonly fault: TemplateFault;
  /** The level at fault; empty when the whole template is. */
  readonly level: string;

  constructor(fault: TemplateFault, level: string, message: string) {
    super('HOLDFAST_TOPIC_TEMPLATE', message);
    this.fault = fault;
    this.level = level;
  }
}

/** Which topics to ask a broker for, and which device one of them is of. */
export interface TopicTemplate {
  readonly text: string;
  /** Topic filters as MQTT 3.1.1 section 4.7 has them. */
  readonly filters: readonly string[];
  /** The topics are those of Sparkplug B. */
  readonly isSparkplug: boolean;
  /** The level that names the device, as it stands in the topic: not checked to be an id. Undefined for another topic. */
  deviceOf(topic: string): string | undefined;
}

/** Eclipse Sparkplug 3.0, section 4: `{group}`, `{type}`, `{gateway}` (the edge node) and `{device}`. */
export const SPARKPLUG_TEMPLATE = 'spBv1.0/{group}/{type}/{gateway}/{device}';

const SPARKPLUG = /^spBv1\.0\/([^/]+)\/\{type\}\/([^/]+)\/\{device\}$/;
/** What an edge node and its devices send. Commands and the state of host applications go the other way. */
const NODE_MESSAGES = ['NBIRTH', 'NDATA', 'NDEATH'];
const DEVICE_MESSAGES = ['DBIRTH', 'DDATA', 'DDEATH'];
const NAME = /^\{[A-Za-z][A-Za-z0-9_-]*\}$/;

/**
 * Reads a template such as `plant/{device}/telemetry`. A level is a text, `{device}` (exactly one), another `{name}` or `+`
 * for anything, and `#` at the end for any number of further levels. Of Sparkplug B's topics, those of an edge node itself have no
 * level for a device: there the edge node is the device.
 *
 * @throws TopicTemplateError naming the level and the cure.
 */
export function readTopicTemplate(text: string): TopicTemplate {
  const levels = text.split('/');
  const sparkplug = SPARKPLUG.exec(text);
  levels.forEach((level, index) => checkLevel(level, index === levels.length - 1));
  const places = levels.flatMap((level, index) => (level === '{device}' ? [index] : []));
  const [place, ...more] = places;
  if (place === undefined) throw new TopicTemplateError('no-device', '', `The topic template "${text}" does not say where the device is. Put {device} in place of the level that names it, as in plant/{device}/telemetry.`);
  if (more.length > 0) throw new TopicTemplateError('two-devices', '', `The topic template "${text}" names the device twice. Keep one {device} and put + in place of the others.`);
  if (sparkplug) return sparkplugTemplate(text, sparkplug[1] ?? '', sparkplug[2] ?? '');

  const isOpen = levels.at(-1) === '#';
  const fixed = isOpen ? levels.slice(0, -1) : levels;
  return {
    text,
    filters: [levels.map(filterLevel).join('/')],
    isSparkplug: false,
    deviceOf(topic) {
      const found = topic.split('/');
      if (isOpen ? found.length < fixed.length : found.length !== fixed.length) return undefined;
      return matches(fixed, found) ? found[place] : undefined;
    },
  };
}

function sparkplugTemplate(text: string, group: string, gateway: string): TopicTemplate {
  const start = `spBv1.0/${filterLevel(group)}`;
  const end = filterLevel(gateway);
  return {
    text,
    filters: [...NODE_MESSAGES.map((type) => `${start}/${type}/${end}`), ...DEVICE_MESSAGES.map((type) => `${start}/${type}/${end}/+`)],
    isSparkplug: true,
    deviceOf(topic) {
      const found = topic.split('/');
      const [, , type = '', edgeNode, device] = found;
      if (!matches(['spBv1.0', group, '+', gateway], found)) return undefined;
      if (NODE_MESSAGES.includes(type)) return found.length === 4 ? edgeNode : undefined;
      return DEVICE_MESSAGES.includes(type) && found.length === 5 ? device : undefined;
    },
  };
}

function checkLevel(level: string, isLast: boolean): void {
  if (level === '+' || NAME.test(level)) return;
  if (level === '#') {
    if (isLast) return;
    throw new TopicTemplateError('hash', level, 'The # of a topic template stands for all further levels. Put it at the end, or use + for one level.');
  }
  if (level.includes('{device}')) {
    throw new TopicTemplateError('wildcard-device', level, `The level "${level}" of the topic template has more than the device in it. {device} must be a whole level, between two slashes.`);
  }
  if (/[+#{}\0]/.test(level)) {
    throw new TopicTemplateError('level', level, `The level "${level}" of the topic template cannot be read. Use a text, {device}, another {name}, + or, at the end, #.`);
  }
}

function filterLevel(level: string): string {
  return level.startsWith('{') ? '+' : level;
}

/** A wildcard at the start does not stand for the broker's own topics, which begin with $ (section 4.7.2). */
function matches(levels: readonly string[], found: readonly string[]): boolean {
  if (found[0]?.startsWith('$') && levels[0] !== found[0]) return false;
  return levels.every((level, index) => filterLevel(level) === '+' || level === found[index]);
}
