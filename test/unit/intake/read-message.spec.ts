import assert from 'node:assert/strict';
import nodeRedUtil from '@node-red/util';
import type { Node } from 'node-red';
import { FlowSampleError } from '../../../core/intake/flow-records.ts';
import { readMessage } from '../../../nodes/ingest/read-message.ts';
import type { MessagePlaces } from '../../../nodes/ingest/read-message.ts';

/** What Node-RED's own evaluation needs of a node that is in no flow. */
const node = { id: 'n1', type: 'holdfast-ingest', z: 'tab', _flow: { getSetting: (name: string) => process.env[name] } } as unknown as Node;
const message = { topic: 'boiler-1', payload: { temperature: 21.4 }, taken: 1_764_000_000_000, req: { params: { device: 'boiler-2' } } };
const usual: MessagePlaces = { device: 'topic', deviceType: 'msg', values: 'payload', valuesType: 'msg', ts: '', tsType: 'none' };

const { util } = nodeRedUtil;

describe('reading a message at the places that the dialog names', () => {
  it('takes topic and payload, and no time, when nothing else is said', async () => {
    assert.deepEqual(await readMessage(util, node, usual, message), { device: 'boiler-1', values: { temperature: 21.4 }, ts: undefined });
  });

  for (const [what, places, expected] of [
    ['a nested property', { device: 'req.params.device' }, { device: 'boiler-2' }],
    ['a fixed id', { device: 'boiler-3', deviceType: 'str' }, { device: 'boiler-3' }],
    ['JSONata', { values: '{"kelvin": payload.temperature + 273.15}', valuesType: 'jsonata' }, { values: { kelvin: 294.54999999999995 } }],
    ['fixed JSON', { values: '{"alive":true}', valuesType: 'json' }, { values: { alive: true } }],
    ['a time', { ts: 'taken', tsType: 'msg' }, { ts: 1_764_000_000_000 }],
    ['a property that is not there', { device: 'nowhere.at.all' }, { device: undefined }],
  ] as const) {
    it(`takes ${what}`, async () => {
      const told = await readMessage(util, node, { ...usual, ...places }, message);
      assert.deepEqual(told, { device: 'boiler-1', values: { temperature: 21.4 }, ts: undefined, ...expected });
    });
  }

  it('takes an environment variable', async () => {
    process.env['BOILER'] = 'boiler-4';
    try {
      assert.equal((await readMessage(util, node, { ...usual, device: 'BOILER', deviceType: 'env' }, message)).device, 'boiler-4');
    } finally {
      delete process.env['BOILER'];
    }
  });

  it('says which expression cannot be evaluated', async () => {
    const bad = { ...usual, values: 'payload.(', valuesType: 'jsonata' };
    await assert.rejects(readMessage(util, node, bad, message), (error) => error instanceof FlowSampleError && error.message.startsWith('jsonata payload.( could not be read'));
  });
});
