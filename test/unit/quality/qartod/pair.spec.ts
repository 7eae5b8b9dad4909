import assert from 'node:assert/strict';
import { aggregate, ConfigError, createMultiVariateTest, createNeighborTest, multiVariateTest, neighborTest, syntaxTest } from '../../../../core/quality/index.ts';

const times = [0, 1000, 2000, 3000, 4000];

describe('multi_variate_test', () => {
  it('finds a fast change suspect that the other metric did not go along with', () => {
    assert.deepEqual(multiVariateTest({ times, values: [20, 30, 30, 20, 20.5], others: [1, 1, 1, 3, 3], threshold: 5, otherThreshold: 1 }), [1, 3, 1, 1, 1]);
  });

  it('takes a change of the other metric that just reaches its threshold for going along', () => {
    assert.deepEqual(multiVariateTest({ times: [0, 1000], values: [20, 30], others: [1, 2], threshold: 5, otherThreshold: 1 }), [1, 1]);
  });

  it('does not evaluate a fast change where the other metric is missing', () => {
    assert.deepEqual(multiVariateTest({ times, values: [20, 30, 40, null, 50], others: [1, null, 1, 1, 1], threshold: 5, otherThreshold: 1 }), [1, 2, 2, 9, 1]);
  });

  it('refuses to do without a threshold', () => {
    assert.throws(() => createMultiVariateTest({ threshold: 5 } as never), (error) => error instanceof ConfigError && error.field === 'otherThreshold');
    assert.throws(() => multiVariateTest({ times, values: times, others: [], threshold: 1, otherThreshold: 1 }), (error) => error instanceof ConfigError && error.field === 'others');
  });
});

describe('neighbor_test', () => {
  it('finds a fast change suspect that the neighbour did not see', () => {
    assert.deepEqual(neighborTest({ times, values: [20, 30, 20, 30, 30], neighbors: [21, 31, 31, 34, 34], threshold: 5 }), [1, 1, 3, 3, 1]);
    assert.deepEqual(neighborTest({ times, values: [20, 30, 20, 30, 30], neighbors: [21, 31, 31, 34, 34], threshold: 5, neighborThreshold: 2 }), [1, 1, 3, 1, 1]);
  });

  it('refuses a threshold that is none', () => {
    assert.throws(() => createNeighborTest({ threshold: Number.NaN }), (error) => error instanceof ConfigError && error.field === 'threshold');
  });
});

describe('syntax_test', () => {
  it('counts characters, however many bytes each has', () => {
    assert.deepEqual(syntaxTest({ messages: ['21.4 °C', '21.4', '', null], length: 7 }), [1, 4, 4, 9]);
  });

  it('counts bytes, two hexadecimal digits each in a text', () => {
    assert.deepEqual(syntaxTest({ messages: ['0AEE61', '0AEE6', Uint8Array.of(1, 2, 3), Uint8Array.of(1)], length: 3, unit: 'byte' }), [1, 4, 1, 4]);
  });

  it('counts the fields between delimiters', () => {
    assert.deepEqual(syntaxTest({ messages: ['1,2,3', '1,2', new TextEncoder().encode('a,b,c')], length: 3, delimiter: ',' }), [1, 4, 1]);
  });

  it('refuses a length that is none', () => {
    assert.throws(() => syntaxTest({ messages: [], length: 1.5 }), (error) => error instanceof ConfigError && error.field === 'length');
    assert.throws(() => syntaxTest({ messages: [], length: 1, delimiter: '' }), (error) => error instanceof ConfigError && error.field === 'delimiter');
  });
});

describe('the aggregate of several tests', () => {
  it('gives each reading the gravest of its flags, and missing only where all are', () => {
    assert.deepEqual(aggregate([[1, 2, 9, 9, 3, 1], [2, 2, 9, 1, 1, 4], [9, 9, 9, 2, 2, 3]]), [1, 2, 9, 1, 3, 4]);
  });

  it('refuses lists of different lengths', () => {
    assert.throws(() => aggregate([[1], [1, 2]]), (error) => error instanceof ConfigError && error.field === 'flags[1]');
    assert.throws(() => aggregate([]), (error) => error instanceof ConfigError && error.field === 'flags');
  });
});
