import assert from 'node:assert/strict';
import { boxOf, FLOW_FILES, overlap, placed, readFlow } from '../support/flow-files.ts';
import type { FlowElement } from '../support/flow-files.ts';

const called = ({ name, label, type, id }: FlowElement): string => `${name ?? label ?? ''} (${type} ${id})`;

describe('a shipped flow on the canvas', () => {
  it('is there', () => assert.ok(FLOW_FILES.length > 0));

  for (const file of FLOW_FILES) {
    describe(file, () => {
      const flow = readFlow(file);
      const nodes = placed(flow);
      const byId = new Map(flow.map((one) => [one.id, one]));

      it('draws no node over another', () => {
        for (const [index, one] of nodes.entries()) {
          for (const other of nodes.slice(index + 1)) {
            assert.ok(one.z !== other.z || !overlap(boxOf(one), boxOf(other)), `${called(one)} and ${called(other)} overlap`);
          }
        }
      });

      it('leads each wire from left to right, to a node that is there', () => {
        for (const one of nodes) {
          for (const id of one.wires?.flat() ?? []) {
            const target = byId.get(id);
            assert.ok(target, `${called(one)} is wired to ${id}, which is not there`);
            assert.ok(boxOf(one).right < boxOf(target).left, `the wire from ${called(one)} to ${called(target)} does not go from left to right`);
          }
        }
      });

      it('explains each tab, in its description and with a comment', () => {
        const tabs = flow.filter(({ type }) => type === 'tab');
        assert.ok(tabs.length > 0);
        for (const tab of tabs) {
          assert.ok((tab.label ?? '') !== '', 'a tab has no label');
          assert.ok((tab.info ?? '').length > 40, `${called(tab)} has no description`);
          assert.ok(flow.some(({ type, z }) => type === 'comment' && z === tab.id), `${called(tab)} has no comment`);
        }
      });

      it('names each group, and each node stands inside its group and no other', () => {
        const groups = flow.filter(({ type }) => type === 'group');
        for (const group of groups) {
          assert.ok((group.name ?? '').trim() !== '', `${called(group)} has no name`);
          assert.deepEqual(new Set(group['nodes'] as string[]), new Set(flow.filter(({ g }) => g === group.id).map(({ id }) => id)));
        }
        for (const node of nodes) {
          for (const { id, z, x = 0, y = 0, w = 0, h = 0 } of groups) {
            const { left, right, top, bottom } = boxOf(node);
            const isInside = left >= x && right <= x + w && top >= y && bottom <= y + h;
            if (id === node.g) assert.ok(isInside, `${called(node)} reaches out of its group`);
            else assert.ok(z !== node.z || !overlap(boxOf(node), { left: x, right: x + w, top: y, bottom: y + h }), `${called(node)} lies over a group that it is not part of`);
          }
        }
      });

      it('links only to link nodes that link back', () => {
        for (const one of flow.filter(({ type }) => type === 'link in' || type === 'link out')) {
          for (const id of (one['links'] as string[] | undefined) ?? []) {
            const other = byId.get(id);
            assert.ok((other?.['links'] as string[] | undefined)?.includes(one.id), `${called(one)} links to ${id}, which does not link back`);
          }
        }
      });

      it('holds no path, address or secret of a machine', () => {
        const text = JSON.stringify(flow);
        assert.doesNotMatch(text, /\/(?:home|Users|tmp|root|work)\//);
        assert.doesNotMatch(text, /"password":"[^"]/);
        for (const { host } of flow) assert.ok(host === undefined || host === '127.0.0.1', `a node listens on ${String(host)}`);
      });

      it('has an id of sixteen hex digits for each element, none twice', () => {
        assert.equal(byId.size, flow.length);
        for (const { id } of flow) assert.match(id, /^[0-9a-f]{16}$/);
      });
    });
  }
});
