import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readManifest } from '../../core/maintenance/manifest.ts';
import { collect, helper, load, temporaryDirectory, until, useRuntime } from '../support/node-helper.ts';
import { flowOfOne, sendBatch, temperatures } from '../support/sample-messages.ts';

interface Status {
  base: string;
  running?: object;
  last?: { name: string; error?: string };
  backups: Array<{ name: string }>;
}

describe('the backup of a running backend', () => {
  useRuntime();

  it('is made beside its directory when the admin API asks for it, and never where the request says', async () => {
    const directory = temporaryDirectory();
    await load(flowOfOne({ type: 'holdfast-store' }, 1, directory));
    const completed = collect('completed');
    sendBatch('n', temperatures('press-1', 1, 2, 3));
    await until(() => completed.length === 1, 'they are stored');
    const path = '/holdfast-backend/data/backup';
    const status = async (): Promise<Status> => (await helper.request().get(path)).body as Status;
    const base = join(dirname(directory), 'backups', basename(directory));
    try {
      const refused = await helper.request().post(path).send({ name: '../../etc' });
      assert.deepEqual([refused.status, /name of a backup/.test(JSON.stringify(refused.body))], [400, true]);
      const begun = await helper.request().post(path).send({ name: 'before-update' });
      assert.deepEqual([begun.status, begun.body], [200, { name: 'before-update' }]);
      let now = await status();
      while (now.running) now = await status();
      assert.deepEqual([now.base, now.last?.name, now.last?.error, now.backups.map(({ name }) => name)], [base, 'before-update', undefined, ['before-update']]);
      assert.ok(readManifest(join(base, 'before-update')).files.some(({ name }) => name === 'store.sqlite'));
    } finally {
      rmSync(base, { recursive: true, force: true });
    }
  });
});
