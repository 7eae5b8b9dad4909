import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '../../../core/clock/clock.ts';
import { CoapListener } from '../../../core/coap/coap-listener.ts';
import { isSigned, sign, signedText } from '../../../core/coap/signature.ts';
import { signingKeyOf } from '../../../core/registry/secret.ts';
import { root } from '../project/source-files.ts';
import { Book, HeldIntake } from './harbour.ts';

describe('the page on CoAP', () => {
  const page = readFileSync(path.join(root, 'docs/coap.md'), 'utf8');
  /** The last cell of the table row that begins so, without its back quotes. */
  const cell = (first: string): string => page.split('\n').find((line) => line.startsWith(`| ${first}`))?.split('|').at(-2)?.trim().replaceAll('`', '') ?? '';
  const [secret, key, payload, signature] = ['secret', 'signing key (hex)', 'payload', 'signature'].map(cell);
  const lines = ['`holdfast coap v1`', 'the method', 'the path', 'the number of the Content-Format', '`id` | `press-7`', '`t`, as it stands', '`n` | `3q2', 'SHA-256 of the whole payload'].map(cell);

  it('has a test vector that HMAC and SHA-256 confirm', () => {
    assert.equal(createHmac('sha256', secret!).update('holdfast coap v1').digest('hex'), key);
    assert.equal(createHash('sha256').update(payload!).digest('base64url'), lines[7]);
    assert.equal(createHmac('sha256', Buffer.from(key!, 'hex')).update(lines.join('\n')).digest('base64url'), signature);
  });

  it('has a test vector that this version signs so', () => {
    const [, , target, format, id, time, nonce, digest] = lines;
    const request = { method: 'POST', path: target!, contentFormat: Number(format), id: id!, time: time!, nonce: nonce!, digest: digest! } as const;
    assert.equal(signedText(request), lines.join('\n'));
    assert.equal(signingKeyOf(secret!).toString('hex'), key);
    assert.equal(sign(signingKeyOf(secret!), request), signature);
    assert.deepEqual([isSigned(signingKeyOf(secret!), request, signature!), isSigned(undefined, request, signature!), isSigned(signingKeyOf('x'), request, signature!)], [true, false, false]);
    assert.equal(signedText({ ...request, contentFormat: undefined }).split('\n')[3], '');
  });

  it('has an example that works as it stands', async () => {
    const book = new Book();
    book.issue('press-7');
    const intake = new HeldIntake();
    const listener = await CoapListener.open({ host: '127.0.0.1', port: 0, intake, registry: book, clock: systemClock, maximumBodySize: 1_000, problem: () => undefined });
    const example = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const child = spawn(process.execPath, ['--input-type=module', '-', '127.0.0.1', String(listener.port), 'press-7', 'secret of press-7', '{"temperature":21.4}'], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(example);
    let printed = '';
    for await (const chunk of child.stdout) printed += String(chunk);
    await listener.close();
    assert.equal(printed.trim(), '2.04');
    assert.deepEqual(intake.texts, ['press-7: {"temperature":21.4}']);
  });
});
