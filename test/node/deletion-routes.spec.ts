import assert from 'node:assert/strict';
import { collect, helper, load, temporaryDirectory, until, useRuntime } from '../support/node-helper.ts';
import { flowOfOne, sendBatch, temperatures } from '../support/sample-messages.ts';

describe('the deletion of readings by the admin API', () => {
  useRuntime();

  it('deletes what it is told to and nothing else, and refuses what it does not understand', async () => {
    await load(flowOfOne({ type: 'holdfast-store' }, 1, temporaryDirectory()));
    const completed = collect('completed');
    sendBatch('n', temperatures('press-1', 1, 2, 3));
    sendBatch('n', temperatures('press-2', 1, 2, 3));
    await until(() => completed.length === 2, 'they are stored');
    const remove = async (query: string): Promise<[number, unknown]> => {
      const { status, body } = await helper.request().delete(`/holdfast-backend/data/readings${query}`);
      return [status, body];
    };
    const readings = async (): Promise<unknown> => ((await helper.request().get('/holdfast-backend/data/status')).body as { readings: unknown }).readings;
    const before = await readings();
    assert.equal(before, 6);
    for (const query of ['', '?device=', '?device=press-1&form=1', '?device=press-1&device=press-2', '?device=press-1&from=soon']) {
      const [status, body] = await remove(query);
      assert.equal(status, 400, query);
      assert.match(JSON.stringify(body), /error/);
    }
    assert.equal(await readings(), 6);
    assert.deepEqual(await remove('?device=nobody'), [200, { deleted: 0 }]);
    assert.deepEqual(await remove('?device=press-1&metric=temperature'), [200, { deleted: 3 }]);
    assert.equal(await readings(), 3);
  });
});
