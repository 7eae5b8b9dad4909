import assert from 'node:assert/strict';
import { DecodeError, decodePayload, type Decoded, type DecodeReason, type PayloadFormat } from '../../../core/decode/index.ts';

export const RECEIVED = Date.UTC(2026, 0, 1);
export const TS = RECEIVED - 1_000;

/** What a text or bytes of a format are read as; bytes are what protocols hand over. */
export function read(format: PayloadFormat, payload: string | Uint8Array): Decoded[] {
  return decodePayload(typeof payload === 'string' ? Buffer.from(payload) : payload, { received: RECEIVED, format });
}

export function refusal(run: () => unknown): DecodeError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof DecodeError, String(error));
    return error;
  }
  return assert.fail('it was not refused');
}

export function refused(reason: DecodeReason, run: () => unknown, message: RegExp, position?: number): void {
  const error = refusal(run);
  assert.equal(error.reason, reason, error.message);
  assert.match(error.message, message);
  if (position !== undefined) assert.equal(error.position, position, error.message);
}

/** Runs it; whatever is refused must be refused with a DecodeError, and whatever is not must be plain readings. */
export function readOrRefused(run: () => Decoded[]): Decoded[] | undefined {
  let samples: Decoded[];
  try {
    samples = run();
  } catch (error) {
    assert.ok(error instanceof DecodeError, error instanceof Error ? error.stack : String(error));
    return undefined;
  }
  assert.ok(samples.length > 0);
  for (const { values, ts, metrics } of samples) {
    assert.ok(Object.keys(values).length > 0);
    assert.ok(ts === undefined || Number.isSafeInteger(ts));
    for (const reading of Object.values(values)) {
      assert.ok(reading === null || typeof reading === 'string' || typeof reading === 'boolean' || Number.isFinite(reading));
    }
    for (const name of Object.keys(metrics ?? {})) assert.ok(Object.hasOwn(values, name), name);
  }
  return samples;
}
