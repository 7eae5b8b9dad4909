import { resolve } from 'node:path';
import { messageOf } from '../../core/errors/holdfast-error.ts';
import { text } from '../harness/config.ts';
import { defineNode } from '../harness/define-node.ts';
import type { BackendNode } from '../harness/define-node.ts';
import { addBackendRoutes } from './backend-routes.ts';

/** Says where the data live. The files are open while any node uses them, and as long as this node is there. */
export default defineNode('holdfast-backend', {
  config: {
    version: 1,
    properties: {
      directory: text({ default: 'holdfast', required: 'The backend has no directory. Enter where its data are to live, for example holdfast or ${HOLDFAST_DATA}.' }),
    },
  },
  outputs: [],
  routes: addBackendRoutes,
  start({ RED, node, config, runtime, problem }) {
    const self: BackendNode = node;
    const directory = resolve(RED.settings.userDir ?? '.', config.directory);
    try {
      const backend = runtime.acquire(directory, problem);
      self.directory = directory;
      return { close: () => backend.release(problem) };
    } catch (error) {
      self.failure = error instanceof Error ? error : new Error(messageOf(error));
      throw error;
    }
  },
});
