/** What a message of an edge node says. A host application sends the two commands. */
export const MESSAGE_TYPES = ['NBIRTH', 'NDEATH', 'NDATA', 'NCMD', 'DBIRTH', 'DDEATH', 'DDATA', 'DCMD'] as const;

export type MessageType = (typeof MESSAGE_TYPES)[number];

/** A topic of Sparkplug B: of an edge node or one of its devices, or the state of a host application. */
export type SparkplugTopic =
  | { type: MessageType; group: string; edgeNode: string; /** Present exactly when the type begins with D. */ device?: string }
  | { type: 'STATE'; host: string };

const NAMESPACE = 'spBv1.0';

/**
 * Takes a topic apart as Sparkplug 3.0, chapter 4, tells: `spBv1.0/<group>/<type>/<edge node>[/<device>]` or `spBv1.0/STATE/<host>`.
 *
 * @returns undefined for any other topic: another namespace, an unknown type, an empty level, a device too many or too few.
 */
export function parseSparkplugTopic(topic: string): SparkplugTopic | undefined {
  const [namespace, group, type, edgeNode, device, ...more] = topic.split('/', 6);
  if (namespace !== NAMESPACE || more.length > 0 || !group || !type) return undefined;
  if (edgeNode === undefined) return group === 'STATE' ? { type: 'STATE', host: type } : undefined;
  if (edgeNode === '' || !isMessageType(type)) return undefined;
  if (type.startsWith('N')) return device === undefined ? { type, group, edgeNode } : undefined;
  return device ? { type, group, edgeNode, device } : undefined;
}

/** The topic of a command to an edge node. */
export function commandTopic(group: string, edgeNode: string): string {
  return `${NAMESPACE}/${group}/NCMD/${edgeNode}`;
}

function isMessageType(text: string): text is MessageType {
  return (MESSAGE_TYPES as readonly string[]).includes(text);
}
