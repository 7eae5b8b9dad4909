import assert from 'node:assert/strict';
import { parseSparkplugTopic } from '../../../core/sparkplug/index.ts';

describe('parseSparkplugTopic', () => {
  it('names the edge node, and the device where there is one', () => {
    assert.deepEqual(parseSparkplugTopic('spBv1.0/plant 1/NDATA/edge-1'), { type: 'NDATA', group: 'plant 1', edgeNode: 'edge-1' });
    assert.deepEqual(parseSparkplugTopic('spBv1.0/plant/DBIRTH/edge-1/press-7'), { type: 'DBIRTH', group: 'plant', edgeNode: 'edge-1', device: 'press-7' });
    assert.deepEqual(parseSparkplugTopic('spBv1.0/plant/NCMD/edge-1'), { type: 'NCMD', group: 'plant', edgeNode: 'edge-1' });
    assert.deepEqual(parseSparkplugTopic('spBv1.0/STATE/scada'), { type: 'STATE', host: 'scada' });
  });

  const none = [
    '', 'spBv1.0', 'spAv1.0/plant/NDATA/edge', 'spBv1.0/plant/NDATA', 'spBv1.0/plant/NDATA/', 'spBv1.0//NDATA/edge', 'spBv1.0/plant/NDATA/edge/press',
    'spBv1.0/plant/DDATA/edge', 'spBv1.0/plant/DDATA/edge/', 'spBv1.0/plant/DDATA/edge/press/more', 'spBv1.0/plant/ndata/edge', 'spBv1.0/plant/XDATA/edge',
    'spBv1.0/plant/STATE/edge', 'spBv1.0/STATE/', 'STATE/scada', 'spBv1.0/plant/toString/edge',
  ];
  for (const topic of none) {
    it(`knows that "${topic}" is no topic of Sparkplug B`, () => assert.equal(parseSparkplugTopic(topic), undefined));
  }
});
