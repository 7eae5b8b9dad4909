import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { FilterTree, matchesFilter } from '../../../core/mqtt/topic-filter.ts';

const level = fc.constantFrom('a', 'b', '', '$x');
const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'));
const filter = fc.tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean()).map(([levels, all]) => [...levels, ...(all ? ['#'] : [])].join('/'));

describe('a topic filter', () => {
  // The examples of MQTT 3.1.1 section 4.7.
  const table: Array<[filter: string, topic: string, matches: boolean]> = [
    ['sport/tennis/player1/#', 'sport/tennis/player1', true],
    ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
    ['sport/#', 'sport', true],
    ['#', 'a/b', true],
    ['sport/tennis/+', 'sport/tennis/player1', true],
    ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
    ['sport/+', 'sport', false],
    ['sport/+', 'sport/', true],
    ['+/+', '/finance', true],
    ['/+', '/finance', true],
    ['+', '/finance', false],
    ['#', '$SYS/x', false],
    ['+/monitor/Clients', '$SYS/monitor/Clients', false],
    ['$SYS/#', '$SYS/x', true],
    ['ACCOUNTS', 'Accounts', false],
  ];
  for (const [pattern, name, matches] of table) {
    it(`${pattern} ${matches ? 'matches' : 'does not match'} ${name}`, () => {
      const tree = new FilterTree<string>();
      tree.add(pattern, 'x');
      assert.deepEqual([matchesFilter(pattern, name), tree.match(name).has('x')], [matches, matches]);
    });
  }

  it('finds in a tree what it finds alone, however filters come and go', () => {
    fc.assert(fc.property(fc.array(filter, { maxLength: 12 }), fc.array(fc.nat({ max: 11 })), topic, (filters, gone, name) => {
      const tree = new FilterTree<string>();
      for (const one of filters) tree.add(one, one);
      const left = new Set(filters);
      for (const index of gone) {
        const one = filters[index];
        if (one === undefined) continue;
        tree.remove(one, one);
        left.delete(one);
      }
      assert.deepEqual([...tree.match(name)].toSorted(), [...left].filter((one) => matchesFilter(one, name)).toSorted());
    }));
  });
});
