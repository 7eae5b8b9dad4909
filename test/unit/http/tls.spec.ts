import assert from 'node:assert/strict';
import { request } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { Door, until } from './door.ts';
import { selfSigned } from '../../support/self-signed.ts';

describe('the HTTP listener', () => {
  const door = Door.each();
  const pair = selfSigned();

  function post(body: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: door.basic('p1'), 'content-type': 'application/json' };
      const sent = request({ host: '127.0.0.1', port: door.listener.port, path: '/telemetry', method: 'POST', ca: pair.cert, headers }, (response) => {
        response.on('end', () => resolve(response.statusCode)).resume();
      });
      sent.on('error', reject).end(body);
    });
  }

  describe('with TLS', () => {
    it('takes readings over it, and nothing in the clear', async () => {
      await door.reopen({ tls: pair });
      assert.deepEqual([await post('{"t":1}'), await post('{"t":')], [204, 400]);
      const plain = await door.raw();
      plain.send(door.request('{"t":2}'));
      await plain.end();
      assert.deepEqual([door.intake.texts, plain.text.includes('HTTP/1.1')], [['p1: {"t":1}'], false]);
      assert.match(door.problems.join(' '), /TLS handshake/);
    });

    it('speaks nothing older than TLS 1.2', async () => {
      await door.reopen({ tls: pair });
      const refused = new Promise<boolean>((resolve) => {
        const socket = connect({ host: '127.0.0.1', port: door.listener.port, ca: pair.cert, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }, () => resolve(false));
        socket.on('error', () => resolve(true));
      });
      assert.ok(await refused);
    });

    it('cuts a client that does not finish its handshake', async () => {
      await door.reopen({ tls: pair, timeouts: { header: 100 } });
      const silent = await door.raw();
      await silent.end();
      assert.equal(await post('{"t":1}'), 204);
    });

    it('is not counted as connected before the handshake is done', async () => {
      await door.reopen({ tls: pair });
      await door.raw();
      const socket = connect({ host: '127.0.0.1', port: door.listener.port, ca: pair.cert });
      await until(() => door.listener.counts.connected > 0);
      assert.equal(door.listener.counts.connected, 1);
      socket.destroy();
    });
  });

  describe('that cannot be opened', () => {
    it('says which port is taken, and what to do', async () => {
      const other = createServer();
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const { port } = other.address() as AddressInfo;
      await assert.rejects(door.open({ port }), { code: 'HOLDFAST_LISTEN', message: new RegExp(`127\\.0\\.0\\.1:${port}\\. The port is taken`) });
      other.close();
    });

    it('says that a key or certificate cannot be used', async () => {
      await assert.rejects(door.open({ tls: { key: pair.key, cert: 'no certificate' } }), { code: 'HOLDFAST_LISTEN', message: /key or certificate cannot be used/ });
      await assert.rejects(door.open({ tls: { key: selfSigned().key, cert: pair.cert } }), { code: 'HOLDFAST_LISTEN', message: /key or certificate cannot be used/ });
    });
  });
});
