import assert from 'node:assert/strict';
import fc from 'fast-check';
import { eachForwardedLine } from '../../../core/decode/forwarded.ts';
import { offerForwarded, readForwarded } from '../../../core/intake/forwarded-batch.ts';
import { Turns } from '../../../core/intake/turns.ts';
import type { Work } from '../../../core/intake/turns.ts';

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('work in turns', () => {
  it('of one key is done in its order, whole, and a step at a time; that of others goes on beside it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), steps: fc.integer({ min: 0, max: 4 }), fails: fc.boolean() }), { maxLength: 12 }), async (works) => {
        const turns = new Turns();
        const done: Array<[key: string, work: number]> = [];
        const failures: number[] = [];
        let inTurn = 0;
        works.forEach(({ key, steps, fails }, number) => {
          function* work(): Work {
            for (let step = 0; step < steps; step += 1) {
              inTurn += 1;
              yield;
            }
            done.push([key, number]);
            if (fails) throw new Error('no');
          }
          turns.do(key, { work: work(), bytes: 1, failed: () => failures.push(number) });
        });
        while (['a', 'b', 'c'].some((key) => turns.held(key) !== undefined)) {
          inTurn = 0;
          await turn();
          assert.ok(inTurn <= 1, 'one step a turn');
        }
        for (const key of ['a', 'b', 'c']) assert.deepEqual(done.filter(([of]) => of === key).map(([, number]) => number), works.flatMap((work, number) => (work.key === key ? [number] : [])));
        assert.deepEqual(failures.toSorted((a, b) => a - b), works.flatMap((work, number) => (work.fails ? [number] : [])));
      }),
      { numRuns: 50 },
    );
  });
});

describe('thousands of forwarded samples', () => {
  const text = Array.from({ length: 5_000 }, (_, number) => JSON.stringify({ device: 'c1', id: `c1/s${number}`, ts: number, values: { number } })).join('\n');

  it('are read and offered in many steps, all of them and in order', () => {
    const reading = readForwarded(Buffer.from(text));
    let steps = 0;
    let read = reading.next();
    for (; read.done !== true; read = reading.next()) steps += 1;
    assert.ok(steps >= 10, `${steps} steps`);
    assert.deepEqual(read.value, [...eachForwardedLine(text)]);
    const offered: string[] = [];
    let answers = 0;
    const intake = { offer: ({ payload }: { payload: Uint8Array }, answer: () => void) => (offered.push(Buffer.from(payload).toString()), answer()) };
    const offering = offerForwarded(intake, { via: 'http', principal: 'edge', topic: '/forward', lines: read.value, repeated: false, deviceOf: ({ device }) => device }, () => (answers += 1));
    assert.ok([...offering].length >= 10);
    assert.equal(offered.join('\n'), text);
    assert.equal(answers, 1);
  });
});
