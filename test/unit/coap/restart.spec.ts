import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Backend } from '../../../core/backend/backend.ts';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { CoapServer } from '../../../core/coap/coap-server.ts';
import { HERE, NOW } from './harbour.ts';
import { described, signedBlocks, signedRequest } from './requests.ts';

describe('a signed request that was captured', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-coap-'));
  const clock = new ManualClock(NOW);
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Hands datagrams to a process of its own on the same files, and gives back the last reply and what the ledger says of the device. */
  function session(secretOf: (backend: Backend) => Buffer[]): { reply: string; ledger: unknown } {
    const backend = Backend.acquire(folder, clock, (error) => assert.fail(String(error)));
    const intake = backend.intake('gateway');
    const sent: Buffer[] = [];
    const server = new CoapServer({ intake, registry: backend.registry, clock, maximumBodySize: 10_000, problem: (sentence) => assert.fail(sentence) }, { send: (bytes) => void sent.push(bytes), random: () => 0.5 });
    for (const datagram of secretOf(backend)) server.receive(datagram, HERE);
    clock.advance(100);
    const { received, duplicate, inFlight } = backend.inbox.ledger.device('press-7').coap ?? {};
    intake.close();
    server.close();
    backend.release((error) => assert.fail(String(error)));
    return { reply: described(sent.at(-1)), ledger: { received, duplicate, inFlight } };
  }

  it('and comes again after a restart is answered as before, and kept once', () => {
    let captured: Buffer[] = [];
    const first = session(({ registry }) => {
      const signed = { id: 'press-7', secret: registry.issue({ id: 'press-7', kind: 'device' }).secret, time: NOW / 1_000, payload: '{"t":1}' };
      return (captured = [signedRequest(signed), ...signedBlocks({ ...signed, payload: JSON.stringify({ text: 'x'.repeat(50) }) }, 32, 10)]);
    });
    assert.deepEqual(first, { reply: 'ACK 2.04 Block1=11', ledger: { received: 2, duplicate: 0, inFlight: 2 } });
    const again = session(() => captured);
    assert.deepEqual(again, { reply: 'ACK 2.04 Block1=11', ledger: { received: 4, duplicate: 2, inFlight: 2 } });
  });
});
