import type { NodeAPI } from 'node-red';
import { Backend } from '../../core/backend/backend.ts';
import { HoldfastError } from '../../core/errors/holdfast-error.ts';
import type { BackendNode } from '../harness/define-node.ts';

/**
 * What a deployed backend node has open.
 *
 * @throws HoldfastError when the node is not deployed, and the node's own error when it could not start.
 */
export function runningBackend(RED: NodeAPI, id: string): Backend {
  const node = RED.nodes.getNode(id) as BackendNode | undefined;
  if (node?.failure) throw node.failure;
  for (const backend of Backend.opened()) if (backend.directory === node?.directory) return backend;
  throw new HoldfastError('HOLDFAST_NOT_DEPLOYED', 'This backend is not running yet. Deploy the flow first.');
}
