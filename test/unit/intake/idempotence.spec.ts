import assert from 'node:assert/strict';
import fc from 'fast-check';
import { IntakeFixture, KEPT } from './intake-fixture.ts';
import type { Offered } from './intake-fixture.ts';

interface Message {
  text: string;
  packet: number;
  sent: boolean;
  done: boolean;
}

/** A client as MQTT 3.1.1 section 4.4 wants it: on a new connection it sends again what was not acknowledged, in order, with DUP. */
class Client {
  readonly #fixture: IntakeFixture;
  readonly #id: string;
  readonly #open: Message[] = [];
  #packet = 0;
  /** Answers that are under way to it on the present connection. */
  #answers: Array<{ message: Message; offered: Offered }> = [];

  constructor(fixture: IntakeFixture, id: string) {
    this.#fixture = fixture;
    this.#id = id;
  }

  get idle(): boolean {
    return this.#open.length === 0;
  }

  publish(text: string): void {
    const message = { text, packet: (this.#packet = (this.#packet % 65_535) + 1), sent: false, done: false };
    this.#open.push(message);
  }

  /** One message gets through, or is lost on the way there with the connection. */
  transmit(arrives: boolean): void {
    const message = this.#open.find(({ sent, done }) => !sent && !done);
    if (!message) return;
    message.sent = true;
    if (!arrives) return this.reconnect();
    this.#deliver(message, false);
  }

  /** The acknowledgements get through. */
  acknowledge(): void {
    for (const { message, offered } of this.#answers.splice(0)) {
      if (offered.outcome !== KEPT) continue;
      message.done = true;
      this.#open.splice(this.#open.indexOf(message), 1);
    }
  }

  /** The connection broke: answers on their way are lost, what was sent and not acknowledged is sent again. */
  reconnect(): void {
    this.#answers = [];
    for (const message of this.#open) if (message.sent) this.#deliver(message, true);
  }

  #deliver(message: Message, repeated: boolean): void {
    const offered = this.#fixture.offer(message.text, { device: this.#id, attempt: { session: `mqtt:${this.#id}/client`, packet: String(message.packet), repeated } });
    this.#answers.push({ message, offered });
  }
}

type Step = { do: 'publish'; client: number; value: number } | { do: 'transmit'; client: number; arrives: boolean } | { do: 'acknowledge' | 'reconnect'; client: number } | { do: 'commit' } | { do: 'crash' };

const client = fc.nat(1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('publish' as const), client, value: fc.nat(1) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('transmit' as const), client, arrives: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.constant(false)) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('acknowledge' as const, 'reconnect' as const), client }) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ do: 'commit' }, { do: 'commit' }, { do: 'crash' }) },
);

describe('what a protocol delivers again', () => {
  it('is kept once however connections break and processes die, and equal readings are kept as often as they were taken', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 80 }), async (steps) => {
        const fixture = new IntakeFixture();
        try {
          const clients = [new Client(fixture, 'press-1'), new Client(fixture, 'press-2')] as const;
          const published: string[] = [];
          for (const one of steps) {
            if (one.do === 'commit') fixture.clock.advance(4);
            else if (one.do === 'crash') {
              fixture.crash();
              for (const each of clients) each.reconnect();
            } else {
              const each = clients[one.client === 0 ? 0 : 1];
              if (one.do === 'publish') {
                published.push(`{"value":${one.value}}`);
                each.publish(`{"value":${one.value}}`);
              } else if (one.do === 'transmit') each.transmit(one.arrives);
              else each[one.do]();
            }
          }
          for (const each of clients) {
            while (!each.idle) {
              each.transmit(true);
              fixture.clock.advance(4);
              each.reconnect();
              fixture.clock.advance(4);
              each.acknowledge();
            }
          }
          assert.deepEqual((await fixture.kept()).toSorted(), published.toSorted());
          assert.equal(fixture.files.inbox.ledger.read().total.difference, 0);
        } finally {
          fixture.dispose();
        }
      }),
      { numRuns: 80 },
    );
  }).timeout(60_000);

  it('is recognised while the first attempt still waits for its commit, and answered with it: nobody hurries the disk', () => {
    const fixture = new IntakeFixture();
    const attempt = { session: 'mqtt:press-1/client', packet: '7', repeated: false };
    const first = fixture.offer('1', { attempt });
    const again = fixture.offer('1', { attempt: { ...attempt, repeated: true } });
    assert.deepEqual([first.outcome, again.outcome], [undefined, undefined]);
    fixture.clock.advance(4);
    assert.deepEqual([first.outcome, again.outcome], [KEPT, KEPT]);
    const { total } = fixture.files.inbox.ledger.read();
    assert.deepEqual([total.received, total.inFlight, total.duplicate], [2, 1, 1]);
    fixture.dispose();
  });

  it('is another message when its bytes, its packet or its session differ', async () => {
    const fixture = new IntakeFixture();
    const attempt = { session: 'mqtt:press-1/client', packet: '7', repeated: true };
    fixture.send('1', { attempt });
    fixture.send('2', { attempt });
    fixture.send('1', { attempt: { ...attempt, packet: '8' } });
    fixture.send('1', { attempt: { ...attempt, session: 'mqtt:press-1/other' } });
    fixture.send('1', { attempt });
    assert.deepEqual(await fixture.kept(), ['1', '2', '1', '1']);
    fixture.dispose();
  });

  it('is refused like the first attempt when neither can be written', () => {
    const fixture = new IntakeFixture();
    fixture.files.alter(`CREATE TRIGGER refuse BEFORE INSERT ON batch BEGIN SELECT RAISE(ABORT, 'refused'); END`);
    const attempt = { session: 'mqtt:press-1/client', packet: '7', repeated: true };
    const both = [fixture.offer('1', { attempt }), fixture.offer('1', { attempt })];
    fixture.clock.advance(8);
    assert.deepEqual(both.map(({ outcome }) => outcome), ['disk', 'disk']);
    fixture.files.alter('DROP TRIGGER refuse');
    assert.equal(fixture.send('1', { attempt }).outcome, KEPT);
    assert.deepEqual(fixture.files.inbox.ledger.read().total.refused, { disk: 2 });
    fixture.dispose();
  });

  for (const over of ['refuse', 'conflate'] as const) {
    it(`is kept once when the first attempt still waits for room under its limit (${over})`, async () => {
      const fixture = new IntakeFixture({ limits: { messagesPerSecond: 1, burst: 1, over } });
      const attempt = { session: 'mqtt:press-1/client', packet: '7', repeated: false };
      fixture.offer('before');
      const offered = [fixture.offer('1', { attempt, patience: 5_000 }), fixture.offer('1', { attempt: { ...attempt, repeated: true }, patience: 5_000 })];
      for (let second = 0; second < 5; second += 1) fixture.clock.advance(1_000);
      assert.deepEqual(offered.map(({ outcome }) => outcome), [KEPT, KEPT]);
      assert.deepEqual(await fixture.kept(), ['before', '1']);
      assert.equal(fixture.files.inbox.ledger.read().total.difference, 0);
      fixture.dispose();
    });
  }
});
