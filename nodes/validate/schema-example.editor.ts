import type { Kind } from '../../core/simulator/kind.ts';

/** A JSON Schema for what one of the simulator's kinds sends: a start for one's own. */
export function schemaOf({ metrics }: Kind): string {
  const properties = metrics.map((metric) => [
    metric.name,
    metric.type === 'boolean' ? { type: 'boolean' } : { type: 'number', minimum: metric.possible.low, maximum: metric.possible.high },
  ]);
  const schema = { type: 'object', properties: Object.fromEntries(properties) as unknown, required: metrics.map(({ name }) => name), additionalProperties: false };
  return JSON.stringify(schema, null, 2);
}
