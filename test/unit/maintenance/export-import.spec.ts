import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { systemClock } from '../../../core/clock/clock.ts';
import { exportReadings } from '../../../core/maintenance/export.ts';
import type { ExportSelection } from '../../../core/maintenance/export.ts';
import { importReadings } from '../../../core/maintenance/import.ts';
import type { MetricInfo, Quality, ReadingValue, Sample } from '../../../core/sample/sample.ts';
import { SqliteStore } from '../../../core/store/embedded/sqlite-store.ts';

async function textOf(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}

describe('readings that are exported and imported', () => {
  let folder: string;
  let opened: SqliteStore[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-export-'));
    opened = [];
  });
  afterEach(() => {
    for (const store of opened) store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const openStore = (): SqliteStore => {
    const store = new SqliteStore({ path: join(folder, `${opened.length}.sqlite`), clock: systemClock, chunkReadings: 16 });
    opened.push(store);
    return store;
  };
  const write = (store: SqliteStore, samples: readonly Sample[]): Promise<void> => new Promise((resolve, reject) => store.write(samples, (error) => (error ? reject(error) : resolve())));
  const sampleOf = (device: string, ts: number, value: ReadingValue, info: object = {}, metric = 'm'): Sample => ({ id: `${device}/${ts}`, device, ts, received: 5, tsSource: 'device', src: { via: 'mqtt' }, values: { [metric]: value }, metrics: { [metric]: info } });
  const exported = (store: SqliteStore, selection: ExportSelection = {}): Promise<string> => textOf(exportReadings(store, selection, 'json-lines'));
  async function* inParts(text: string, size: number): AsyncGenerator<string> {
    for (let start = 0; start < text.length; start += size) yield text.slice(start, start + size);
  }

  it('are the same to the bit, whatever they are', async function () {
    this.timeout(60_000);
    const value = fc.oneof(fc.double(), fc.constantFrom(-0, 0, NaN, Infinity, -Infinity, 5e-324, 2 ** 53, '9007199254740993', '', '\0', '\ud800', 'a\nb"'), fc.string({ unit: 'binary' }), fc.boolean(), fc.constant(null));
    const info = fc.record({ q: fc.constantFrom<Quality>(1, 2, 3, 4, 9), unit: fc.string({ minLength: 1 }), flags: fc.array(fc.string(), { minLength: 1, maxLength: 3 }), raw: fc.jsonValue(), tests: fc.constantFrom<MetricInfo['tests']>({ gap_test: 1, spike_test: 4 }, { gap_test: 3 }) }, { requiredKeys: ['q'] });
    const name = fc.string({ minLength: 1, maxLength: 5 }).filter((text) => text !== '__proto__');
    const reading = fc.record({ device: name, metric: name, ts: fc.integer({ min: -8.64e15, max: 8.64e15 }), value, info });
    await fc.assert(
      fc.asyncProperty(fc.array(reading, { maxLength: 60 }), fc.integer({ min: 1, max: 400 }), async (readings, size) => {
        const [from, to] = [openStore(), openStore()];
        await write(from, readings.map((one) => sampleOf(one.device, one.ts, one.value, one.info, one.metric)));
        from.seal();
        const text = await exported(from);
        const result = await importReadings(to, inParts(text, size));
        assert.equal(result.stored, from.count());
        for (const { device, metric } of from.series()) {
          const all = { device, metric, from: -9e15, to: 9e15, limit: 1_000 };
          assert.deepEqual(to.range(all), from.range(all));
        }
        assert.equal(await exported(to), text);
      }),
      { numRuns: 40 },
    );
  });

  it('have the spellings that are documented', async () => {
    const store = openStore();
    await write(store, [NaN, -0, Infinity, '9007199254740993', '\ud800', 1.5].map((value, ts) => sampleOf('a', ts, value, ts === 5 ? { q: 3, unit: 'Cel', flags: ['stuck'], raw: { v: 1 } } : { q: 1 })));
    assert.deepEqual((await exported(store)).trimEnd().split('\n'), [
      '{"device":"a","metric":"m","ts":0,"value":{"number":"NaN"},"quality":1}',
      '{"device":"a","metric":"m","ts":1,"value":{"number":"-0"},"quality":1}',
      '{"device":"a","metric":"m","ts":2,"value":{"number":"Infinity"},"quality":1}',
      '{"device":"a","metric":"m","ts":3,"value":"9007199254740993","quality":1}',
      String.raw`{"device":"a","metric":"m","ts":4,"value":"\ud800","quality":1}`,
      '{"device":"a","metric":"m","ts":5,"value":1.5,"quality":3,"unit":"Cel","flags":["stuck"],"raw":{"v":1}}',
    ]);
  });

  it('are those of the devices, metrics and times that were asked for, also many', async () => {
    const store = openStore();
    await write(store, ['a', 'b'].flatMap((device) => ['m', 'n'].flatMap((metric) => Array.from({ length: 6_000 }, (_, ts) => sampleOf(device, ts, ts, {}, metric)))));
    const told: number[] = [];
    const text = await textOf(exportReadings(store, { devices: ['b'], metrics: ['n'], from: 10, to: 5_990 }, 'json-lines', (readings) => told.push(readings)));
    const lines = text.trimEnd().split('\n').map((line) => JSON.parse(line) as { device: string; metric: string; ts: number });
    assert.deepEqual([lines.length, lines[0]?.ts, lines.at(-1)?.ts, new Set(lines.map(({ device, metric }) => device + metric))], [5_980, 10, 5_989, new Set(['bn'])]);
    assert.equal(told.at(-1), 5_980);
  });

  it('are stored once, however often the import is begun again, and do not undo a correction', async () => {
    const [from, to] = [openStore(), openStore()];
    await write(from, [sampleOf('a', 1_000, 1), sampleOf('a', 2_000, 2)]);
    const text = await exported(from);
    await importReadings(to, inParts(text, 10));
    await write(to, [{ ...sampleOf('a', 1_000, 7), received: 9_000 }]);
    assert.deepEqual(await importReadings(to, inParts(text, 10)), { lines: 2, stored: 0, duplicates: 2, corrected: 0 });
    assert.equal(to.range({ device: 'a', metric: 'm', from: 0, to: 9_000 })[0]?.value, 7);
  });

  it('stop at a line that is none, name it, and keep those before it', async () => {
    const good = '{"device":"a","metric":"m","ts":1,"value":1,"quality":1}\n';
    for (const [line, reason] of [
      ['{', /Line 2 cannot be imported: it is not JSON\. The lines before it are stored/], ['[]', /no JSON object/], ['{"device":""}', /"device" is no text/], ['{"device":"a","metric":5}', /"metric" is no text/], ['{"device":"a","metric":"__proto__"}', /__proto__/],
      ['{"device":"a","metric":"m","ts":1.5}', /"ts" is not a whole number/], ['{"device":"a","metric":"m","ts":1e300}', /"ts"/], ['{"device":"a","metric":"m","ts":1,"value":1e999,"quality":1}', /"value" is neither/],
      ['{"device":"a","metric":"m","ts":1,"value":{"number":"7"},"quality":1}', /"value"/], ['{"device":"a","metric":"m","ts":1,"value":1,"quality":5}', /"quality" is not/], ['{"device":"a","metric":"m","ts":1,"value":1,"quality":1,"flags":"x"}', /"flags"/], ['{"device":"a","metric":"m","ts":1,"value":1,"quality":1,"tests":{"gap_test":7}}', /"tests" is no object/],
    ] as const) {
      const store = openStore();
      await assert.rejects(importReadings(store, inParts(`${good}${line}\n${good}`, 7)), reason);
      assert.equal(store.count(), 1);
    }
  });

  it('are safe in a spreadsheet as CSV', async () => {
    const store = openStore();
    await write(store, [sampleOf('a', 0, '=1+1', { q: 1, unit: 'm,s' }), sampleOf('a', 1, -2.5, { q: 4, flags: ['x', 'y'], raw: 'r', tests: { spike_test: 4, gap_test: 1 } })]);
    assert.equal(await textOf(exportReadings(store, {}, 'csv')), [
      'device,metric,ts,time,value,quality,unit,flags,raw,tests', `a,m,0,1970-01-01T00:00:00.000Z,'=1+1,1,"m,s",,,`, 'a,m,1,1970-01-01T00:00:00.001Z,-2.5,4,,x y,"""r""",gap_test=1 spike_test=4', '',
    ].join('\r\n'));
  });
});
