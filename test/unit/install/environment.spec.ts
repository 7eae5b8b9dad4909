import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { readEnvironment } from '../../../core/install/environment.ts';
import { checkPortIsFree } from '../../../core/install/listen-check.ts';
import { listen } from '../../support/node-red-process.ts';

describe('the environment of an installation', () => {
  it('has defaults for everything but the password', () => {
    assert.deepEqual(readEnvironment({}, '/somewhere'), { home: resolve('/somewhere'), port: 1880, mqttPort: 1883 });
  });

  it('takes an empty variable as unset', () => {
    const variables = { HOLDFAST_HOME: '', PORT: '', HOLDFAST_MQTT_PORT: '', HOLDFAST_ADMIN_PASSWORD: '' };
    assert.deepEqual(readEnvironment(variables, '/somewhere'), { home: resolve('/somewhere'), port: 1880, mqttPort: 1883 });
  });

  it('makes a relative home absolute', () => assert.equal(readEnvironment({ HOLDFAST_HOME: 'data' }, '/x').home, resolve('data')));

  for (const wrong of ['0', '65536', '-1', '80 ', '1e3', '0x50', 'http', '1883.5', '123456']) {
    it(`refuses ${JSON.stringify(wrong)} as a port and names the variable`, () => {
      assert.throws(() => readEnvironment({ PORT: wrong }, '/x'), { code: 'HOLDFAST_CONFIG', field: 'PORT', message: /^PORT is ".*", which is no port\. Use a whole number from 1 to 65535/ });
      assert.throws(() => readEnvironment({ HOLDFAST_MQTT_PORT: wrong }, '/x'), { field: 'HOLDFAST_MQTT_PORT' });
    });
  }

  it('refuses one port for the editor and the gateway', () => {
    assert.throws(() => readEnvironment({ PORT: '1883' }, '/x'), { message: /both 1883.*Change one of them/ });
  });

  it('finds out whether a port is taken, and leaves a free one free', async () => {
    const other = await listen(0);
    const use = { port: other.port, variable: 'PORT', user: 'the editor' };
    await assert.rejects(checkPortIsFree(use), { code: 'HOLDFAST_CONFIG', message: new RegExp(`^Port ${other.port} .*the editor.* is taken.*PORT=${other.port + 1}`) });
    await other.close();
    await checkPortIsFree(use);
    await checkPortIsFree(use);
  });
});
