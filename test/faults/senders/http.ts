import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { ANSWER_LIMIT, RETRY_DELAY } from './sender.ts';
import type { Sender, SenderOptions } from './sender.ts';

const CONNECTIONS = 8;
const LONGEST_WAIT = 1_000;

interface Answer {
  status: number;
  /** In milliseconds. */
  retryAfter: number;
  body: string;
}

/** HTTP with keep-alive. A repetition carries the same Idempotency-Key, which is all that tells it from a second equal message. */
export function httpSender({ port, device, secret }: SenderOptions): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const authorization = `Basic ${Buffer.from(`${device}:${secret}`).toString('base64')}`;

  const post = (row: number, payload: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers = { Authorization: authorization, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(payload), 'Idempotency-Key': `"${device}-${row}"` };
      const sent = request({ host: '127.0.0.1', port, agent, method: 'POST', path: `/devices/${device}/telemetry`, headers, timeout: ANSWER_LIMIT }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (part: string) => (body += part));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, retryAfter: Number(response.headers['retry-after'] ?? 0) * 1_000, body }));
      });
      sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
      sent.on('error', reject);
      sent.end(payload);
    });

  return {
    async send(row, payload) {
      for (;;) {
        const answer = await post(row, payload).catch(() => undefined);
        if (answer && answer.status >= 200 && answer.status < 300) return;
        if (answer && answer.status < 500 && answer.status !== 408 && answer.status !== 429) throw new Error(`${device}: HTTP ${answer.status} ${answer.body.slice(0, 300)}`);
        await wait(Math.min(LONGEST_WAIT, Math.max(RETRY_DELAY, answer?.retryAfter ?? 0)));
      }
    },
    close() {
      agent.destroy();
      return Promise.resolve();
    },
  };
}
