import assert from 'node:assert/strict';
import { BadDeletionError } from '../../../core/store/bad-deletion-error.ts';
import { readDeletion } from '../../../core/store/read-deletion.ts';

describe('a deletion in texts', () => {
  it('takes a device, and a metric and times where they are given', () => {
    assert.deepEqual(readDeletion({ device: 'press-7' }), { device: 'press-7' });
    assert.deepEqual(readDeletion({ device: 'press-7', metric: 't', from: '2026-03-01T00:00:00Z', to: '1772323300000' }), { device: 'press-7', metric: 't', from: 1_772_323_200_000, to: 1_772_323_300_000 });
    assert.deepEqual(readDeletion({ device: 'press-7', metric: '', from: '', to: '' }), { device: 'press-7' });
  });

  const wrong: ReadonlyArray<[string, Record<string, unknown>, RegExp]> = [
    ['no device', { metric: 't' }, /No device/],
    ['a field that is spelled wrongly, which would delete all times', { device: 'a', form: '2026-03-01' }, /'form'/],
    ['a device given twice', { device: ['a', 'b'] }, /device .*\[ 'a', 'b' \]/],
    ['a time that is none', { device: 'a', from: 'yesterday' }, /'yesterday'.*2026-03-01/],
    ['a time beyond all times', { device: 'a', to: '9'.repeat(20) }, /to of a deletion/],
    ['an end that is not after the beginning', { device: 'a', from: '5', to: '5' }, /not after/],
  ];
  for (const [what, given, sentence] of wrong) {
    it(`refuses ${what}`, () => assert.throws(() => readDeletion(given), (error) => error instanceof BadDeletionError && sentence.test(error.message)));
  }
});
