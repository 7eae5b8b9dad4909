import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import type { Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createRandom } from '../../../core/simulator/random.ts';
import { TcpProxy } from '../../faults/tcp-proxy.ts';
import { UdpProxy } from '../../faults/udp-proxy.ts';

describe('The proxies of the fault harness', () => {
  describe('over TCP', () => {
    let server: Server;
    let proxy: TcpProxy;
    let client: Socket;
    let heard: string;
    let answers: string;
    let ended: string;

    beforeEach(async () => {
      [heard, answers, ended] = ['', '', ''];
      server = createServer((socket) => {
        socket.on('error', () => (ended += 'reset'));
        socket.setEncoding('utf8').on('data', (text: string) => {
          heard += text;
          socket.write(text.toUpperCase());
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      assert.ok(typeof address === 'object' && address !== null);
      proxy = await TcpProxy.open(address.port, createRandom(1, 'proxy'));
      client = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
      client.on('error', () => undefined);
      client.setEncoding('utf8').on('data', (text: string) => (answers += text));
      client.write('a');
      await until(() => answers === 'A');
    });

    afterEach(async () => {
      client.destroy();
      await proxy.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    });

    it('cuts both ends with a reset', async () => {
      assert.equal(proxy.break('cut', 1, 0), 1);
      await until(() => client.closed);
      await until(() => ended === 'reset');
      assert.equal(proxy.connections, 0);
    });

    it('stalls, and then passes on what has gathered', async () => {
      proxy.break('stall', 1, 100);
      client.write('b');
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(heard, 'a');
      await until(() => answers === 'AB');
    });

    it('says goodbye for the server while the client is still heard', async () => {
      const goodbye = once(client, 'end');
      proxy.break('half-close', 1, 0);
      await goodbye;
      client.write('b');
      await until(() => heard === 'ab');
      assert.equal(answers, 'A');
    });

    it('swallows the answers to what the server has heard, and then cuts', async () => {
      proxy.break('swallow', 1, 100);
      client.write('b');
      await until(() => heard === 'ab');
      await until(() => client.closed);
      assert.equal(answers, 'A');
    });
  });

  describe('over UDP', () => {
    let server: UdpSocket;
    let client: UdpSocket;
    let proxy: UdpProxy;
    let heard: string[];

    beforeEach(async () => {
      heard = [];
      server = createSocket('udp4').on('message', (datagram, { port }) => {
        heard.push(String(datagram));
        server.send(`re ${String(datagram)}`, port, '127.0.0.1');
      });
      await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
      proxy = await UdpProxy.open(server.address().port, createRandom(1, 'proxy'));
      client = createSocket('udp4');
    });

    afterEach(() => {
      client.close();
      proxy.close();
      server.close();
    });

    it('passes datagrams and their answers on', async () => {
      client.send('a', proxy.port, '127.0.0.1');
      const [answer] = (await once(client, 'message')) as [Buffer];
      assert.equal(String(answer), 're a');
    });

    it('loses, duplicates and reorders', async () => {
      const numbers = Array.from({ length: 200 }, (_, index) => String(index).padStart(3, '0'));
      proxy.trouble = { lost: 0.2, duplicated: 0.2, delayed: 0.2 };
      for (const number of numbers) client.send(number, proxy.port, '127.0.0.1');
      await until(() => proxy.counts.passed + proxy.counts.lost >= numbers.length);
      // The longest delay.
      await new Promise((resolve) => setTimeout(resolve, 400));
      assert.ok(new Set(heard).size < numbers.length, 'nothing was lost');
      assert.ok(heard.length > new Set(heard).size, 'nothing was duplicated');
      assert.notDeepEqual(heard, heard.toSorted(), 'nothing was reordered');
    });
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
