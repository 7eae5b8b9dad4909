import { resolve } from 'node:path';
import { messageOf } from '../../core/errors/holdfast-error.ts';
import { readProfiles } from '../../core/profile/read-profiles.ts';
import type { Profile } from '../../core/profile/profile.ts';
import { number, text } from '../harness/config.ts';
import type { Property } from '../harness/config.ts';
import { defineNode } from '../harness/define-node.ts';
import type { BackendNode } from '../harness/define-node.ts';
import { addBackendRoutes } from './backend-routes.ts';

const MEBIBYTE = 1024 * 1024;
const HOUR = 3_600_000;

/** Says where the data live. The files are open while any node uses them, and as long as this node is there. */
export default defineNode('holdfast-backend', {
  config: {
    version: 1,
    properties: {
      profiles: { default: [], read: readProfiles } satisfies Property<Profile[]>,
      inboxSize: number({ default: 1_024, minimum: 1, maximum: 1_048_576 }),
      inboxAge: number({ default: 0, minimum: 0, maximum: 87_600 }),
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
      backend.profiles.set(config.profiles);
      backend.reception.bounds = { maximumBytes: config.inboxSize * MEBIBYTE, maximumAge: config.inboxAge * HOUR };
      self.directory = directory;
      return { close: () => backend.release(problem) };
    } catch (error) {
      self.failure = error instanceof Error ? error : new Error(messageOf(error));
      throw error;
    }
  },
});
