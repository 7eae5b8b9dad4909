import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { messageOf } from '../../core/errors/holdfast-error.ts';
import { FlowSampleError } from '../../core/intake/flow-records.ts';

/** Where the dialog says that the device, the values and the time of a message are: typed inputs of Node-RED. */
export interface MessagePlaces {
  device: string;
  deviceType: string;
  values: string;
  valuesType: string;
  ts: string;
  /** `none`: the message has no time of its own. */
  tsType: string;
}

/**
 * Reads a message at the places given; `ts` is undefined where it has none.
 *
 * @throws FlowSampleError for an expression that cannot be evaluated.
 */
export async function readMessage(
  util: Pick<NodeAPI['util'], 'evaluateNodeProperty'>, node: Node, places: MessagePlaces, message: NodeMessage,
): Promise<{ device: unknown; values: unknown; ts: unknown }> {
  const evaluate = async (value: string, type: string): Promise<unknown> => {
    try {
      return await new Promise((resolve, reject) => {
        util.evaluateNodeProperty(value, type, node, message, (error: Error | null, result: unknown) => (error ? reject(error) : resolve(result)));
      });
    } catch (error) {
      // Node-RED throws where a property on the way to the one named is missing: to the person it is simply not there.
      if (type === 'msg' && error instanceof TypeError) return undefined;
      throw new FlowSampleError(`${type} ${value} could not be read: ${messageOf(error)}.`, { cause: error });
    }
  };
  return {
    device: await evaluate(places.device, places.deviceType),
    values: await evaluate(places.values, places.valuesType),
    ts: places.tsType === 'none' ? undefined : await evaluate(places.ts, places.tsType),
  };
}
