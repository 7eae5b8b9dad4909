import assert from 'node:assert/strict';
import { Backend } from '../../core/backend/backend.ts';
import { systemClock } from '../../core/clock/clock.ts';
import { reference } from '../../nodes/harness/config.ts';
import { defineNode } from '../../nodes/harness/define-node.ts';
import { collect, load, temporaryDirectory, unload, until, useRuntime } from '../support/node-helper.ts';
import { flowOfOne, sendSingly, temperatures } from '../support/sample-messages.ts';

describe('a node that cannot close', () => {
  useRuntime();

  it('says so, keeps what it knows of its devices, and gives its backend back', async () => {
    const directory = temporaryDirectory();
    const told: string[] = [];
    const trial = defineNode('holdfast-trial', {
      config: { version: 1, properties: { backend: reference() } },
      outputs: [],
      start({ node, states }) {
        node.error = (sentence: unknown) => void told.push(String(sentence));
        const counts = states<{ seen: number }>({ restore: (snapshot) => (snapshot as { seen: number } | undefined) ?? { seen: 0 }, snapshot: (count) => count });
        return {
          sample({ device }) {
            counts.get(device).seen += 1;
            counts.changed(device);
          },
          close() {
            throw new Error('its port is stuck');
          },
        };
      },
    });
    await load(flowOfOne({ type: 'holdfast-trial' }, 0, directory), [trial]);
    const completed = collect('completed');
    sendSingly('n', temperatures('press-1', 1));
    await until(() => completed.length === 1, 'it was seen');
    const [opened] = [...Backend.opened()];
    await unload();
    assert.deepEqual(told, ['its port is stuck']);
    assert.deepEqual([...Backend.opened()], []);
    const problem = (): void => undefined;
    const again = Backend.acquire(opened?.directory ?? assert.fail('there was no backend'), systemClock, problem);
    assert.deepEqual(again.state.load('n', 'press-1'), { seen: 1 });
    again.release(problem);
  });
});
