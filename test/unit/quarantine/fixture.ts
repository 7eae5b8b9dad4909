import type { QuarantineCause } from '../../../core/quarantine/cause.ts';
import type { QuarantineEntry, QuarantineFilter, QuarantinePage } from '../../../core/quarantine/quarantine.ts';
import { InboxFixture, payloadText, recordOf, turn } from '../inbox/fixture.ts';

export const CAUSE: QuarantineCause = { reason: 'contract', detail: 'The temperature is a text. Send a number.', contract: { id: 'press', version: 2 }, reasons: [{ field: 'temperature', rule: 'type', message: 'It is a text.' }] };

export const UNREADABLE: QuarantineCause = { reason: 'type', detail: 'It is no reading. Send one.' };

/** An inbox with something in quarantine. */
export class QuarantineFixture extends InboxFixture {
  /** Puts messages into quarantine, and has them on disk. */
  put(texts: readonly string[], { device = 'press-1', channel = 'gateway', received = 1_700_000_000_000, cause = CAUSE }: { device?: string; channel?: string; received?: number; cause?: QuarantineCause } = {}): void {
    for (const text of texts) this.inbox.condemn(channel, { ...recordOf(text, device), received }, cause, (error) => void (error && this.problems.push(error)));
    this.clock.advance(4);
  }

  /** The texts of what waits, the newest first. */
  texts(filter: QuarantineFilter = {}): string[] {
    return this.entries(filter).map(payloadText);
  }

  entries(filter: QuarantineFilter = {}): QuarantineEntry[] {
    const entries: QuarantineEntry[] = [];
    let next: number | undefined = Infinity;
    do {
      const page: QuarantinePage = this.inbox.quarantine.list(filter, { limit: 1_000, before: next });
      entries.push(...page.entries);
      next = page.next;
    } while (next !== undefined);
    return entries;
  }

  /** Lets a release go on until nothing has moved for a while. */
  async run(milliseconds = 2_000): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += 5) {
      this.clock.advance(5);
      await turn();
    }
  }
}

export const numbered = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, index) => `m${from + index}`);
