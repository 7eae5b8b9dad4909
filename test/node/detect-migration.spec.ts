import assert from 'node:assert/strict';
import { CONFIG, groupsOf, settingsOf } from '../../nodes/detect/config.ts';
import { fromVersion1, sensitivityOf } from '../../nodes/detect/migrate.ts';
import { readConfig } from '../../nodes/harness/config.ts';

describe('a detect node of version 1', () => {
  it('gets the position of the slider that is nearest to its threshold', () => {
    const positions = [[1, 9], [3, 9], [3.57, 8], [4, 7], [4.24, 7], [5, 6], [6, 5], [6.5, 5], [7.1, 4], [8.49, 3], [10, 2], [12, 1], [1_000, 1]] as const;
    for (const [threshold, position] of positions) assert.equal(sensitivityOf(threshold), position, String(threshold));
    for (const [text, position] of [['12', 1], ['', 5], ['${THRESHOLD}', 5], [' ', 5]] as const) assert.equal(sensitivityOf(text), position, text);
    for (const none of [undefined, null, 0, -6, Number.NaN, {}]) assert.equal(sensitivityOf(none), 5);
  });

  it('keeps its backend, metrics and quality, and no memory in readings', () => {
    const config = readConfig(CONFIG, { backend: 'data', metrics: 'a, b', threshold: 12, memory: 100_000, warmUp: 30, minimumQuality: 'suspect' });
    assert.deepEqual(config, { backend: 'data', metrics: 'a, b', sensitivity: 1, minimumQuality: 'suspect', memory: 64, together: true, peers: 'none', peerGroups: '', maintenance: [], timeZone: '', threshold: '' });
    assert.equal(readConfig(CONFIG, { version: 1 }).sensitivity, 5);
  });

  it('is migrated once: what version 2 has saved stays', () => {
    const saved = fromVersion1({ version: 1, threshold: 12 });
    assert.equal(readConfig(CONFIG, { ...saved, sensitivity: 8, memory: 16 }).sensitivity, 8);
    assert.equal(settingsOf(readConfig(CONFIG, { ...saved, memory: 16 })).memory, 16 * 1024 * 1024);
  });
});

describe('the groups of a detect node', () => {
  it('are tags or profiles, by name', () => {
    assert.deepEqual(groupsOf(readConfig(CONFIG, { version: 2, peers: 'tag', peerGroups: 'cold, hall-2' })), [{ tag: 'cold' }, { tag: 'hall-2' }]);
    assert.deepEqual(groupsOf(readConfig(CONFIG, { version: 2, peers: 'profile', peerGroups: 'freezer' })), [{ profile: 'freezer' }]);
    assert.deepEqual(groupsOf(readConfig(CONFIG, { version: 2, peerGroups: 'cold' })), []);
    assert.throws(() => groupsOf(readConfig(CONFIG, { version: 2, peers: 'profile' })), /no profile is named/);
  });
});
