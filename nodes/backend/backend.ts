import { resolve } from 'node:path';
import type { Backend } from '../../core/backend/backend.ts';
import type { ContractDefinition } from '../../core/contract/book/definition.ts';
import { readContracts } from '../../core/contract/book/read-contracts.ts';
import { messageOf } from '../../core/errors/holdfast-error.ts';
import { retentionRules } from '../../core/profile/retention-rules.ts';
import { readProfiles } from '../../core/profile/read-profiles.ts';
import type { Profile } from '../../core/profile/profile.ts';
import { QUARANTINE_BOUNDS } from '../../core/quarantine/quarantine-table.ts';
import { choice, number, reference, text } from '../harness/config.ts';
import type { Property } from '../harness/config.ts';
import { defineNode } from '../harness/define-node.ts';
import type { BackendNode } from '../harness/define-node.ts';
import { addBackendRoutes } from './backend-routes.ts';
import { retentionInDays } from './retention-property.ts';
import { storeChoice } from './store-settings.ts';

const MEBIBYTE = 1024 * 1024;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Says where the data live. The files are open while any node uses them, and as long as this node is there. */
export default defineNode('holdfast-backend', {
  config: {
    version: 1,
    properties: {
      contracts: { default: [], read: readContracts } satisfies Property<ContractDefinition[]>,
      profiles: { default: [], read: readProfiles } satisfies Property<Profile[]>,
      inboxSize: number({ default: 1_024, minimum: 1, maximum: 1_048_576 }),
      inboxAge: number({ default: 0, minimum: 0, maximum: 87_600 }),
      quarantineEntries: number({ default: QUARANTINE_BOUNDS.maximumRows, minimum: 1, maximum: 1_000_000, integer: true }),
      quarantineSize: number({ default: QUARANTINE_BOUNDS.maximumBytes / MEBIBYTE, minimum: 1, maximum: 1_048_576 }),
      quarantineAge: number({ default: 0, minimum: 0, maximum: 36_525 }),
      storage: choice(['embedded', 'postgresql'], 'embedded'),
      postgresHost: text(),
      postgresPort: number({ default: 5_432, minimum: 1, maximum: 65_535, integer: true }),
      postgresDatabase: text({ default: 'holdfast' }),
      postgresSchema: text({ default: 'holdfast' }),
      postgresTls: reference(),
      postgresPoolSize: number({ default: 4, minimum: 2, maximum: 100, integer: true }),
      postgresTimeout: number({ default: 30, minimum: 1, maximum: 3_600 }),
      storeSize: number({ default: 0, minimum: 0, maximum: 1_073_741_824 }),
      retention: retentionInDays(),
      directory: text({ default: 'holdfast', required: 'The backend has no directory. Enter where its data are to live, for example holdfast or ${HOLDFAST_DATA}.' }),
    },
  },
  outputs: [],
  credentials: { postgresUser: { type: 'text' }, postgresPassword: { type: 'password' } },
  routes: addBackendRoutes,
  start({ RED, node, config, runtime, problem }) {
    const self: BackendNode = node;
    const directory = resolve(RED.settings.userDir ?? '.', config.directory);
    let backend: Backend | undefined;
    try {
      const opened = runtime.acquire(directory, problem, storeChoice(RED, node, config));
      backend = opened;
      backend.contracts.set(config.contracts);
      backend.profiles.set(config.profiles);
      backend.quarantine.setBounds({ maximumRows: config.quarantineEntries, maximumBytes: config.quarantineSize * MEBIBYTE, maximumAge: config.quarantineAge * DAY });
      backend.reception.bounds = { maximumBytes: config.inboxSize * MEBIBYTE, maximumAge: config.inboxAge * HOUR };
      const profileOf = (device: string): string | undefined => opened.registry.find(device)?.profile;
      backend.store.retain(retentionRules({ profiles: backend.profiles, profileOf, general: config.retention, maximumBytes: config.storeSize === 0 ? Infinity : config.storeSize * MEBIBYTE }));
      self.directory = directory;
      return { close: () => opened.release(problem) };
    } catch (error) {
      backend?.release(problem);
      self.failure = error instanceof Error ? error : new Error(messageOf(error));
      throw error;
    }
  },
});
