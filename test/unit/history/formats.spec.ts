import assert from 'node:assert/strict';
import fc from 'fast-check';
import { rowsOf } from '../../../core/decode/csv-cells.ts';
import { chartPayload } from '../../../core/history/format/chart.ts';
import { csvCell, csvOf } from '../../../core/history/format/csv.ts';
import { flatRows } from '../../../core/history/format/flat-row.ts';
import { jsonLinesOf } from '../../../core/history/format/json-lines.ts';
import { jsonOf } from '../../../core/history/format/json.ts';
import { uiChartPoints } from '../../../core/history/format/ui-chart.ts';
import { readHistoryQuery } from '../../../core/history/read-query.ts';
import type { HistoryQuery } from '../../../core/history/query.ts';
import type { HistoryAnswer } from '../../../core/history/result.ts';
import { timeZone } from '../../../core/history/time/time-zone.ts';
import { HOUR, MINUTE, NOW, PlainStore, ask, blocks, reading } from './plain-store.ts';

type Writer = (answer: HistoryAnswer, query: HistoryQuery) => AsyncIterable<string>;

const START = Date.parse('2026-10-25T00:59:59.500Z');

async function written(write: Writer, store: PlainStore, question: object): Promise<string> {
  let text = '';
  for await (const part of write(ask(store, question), readHistoryQuery(question, { now: NOW, timeZone: 'UTC' }))) text += part;
  return text;
}

const berlin = { from: START - HOUR, to: START + HOUR, timeZone: 'Europe/Berlin', gapAfter: '5m' };
const store = (): PlainStore => new PlainStore()
  .add('press-1', 'temperature', [{ ...reading(START, -21.5, 3), unit: 'Cel', flags: ['clock', 'spike'], raw: '-21,5', tests: { spike_test: 3, gap_test: 1 } }, reading(START + 500, 22), reading(START + 30 * MINUTE, null)])
  .add('press-1', 'state', [reading(START, 'shut, "locked"'), reading(START + 1, true)]);

describe('CSV', () => {
  it('has a header, times with zone and milliseconds, numbers as numbers and CRLF at the end of each line', async () => {
    assert.deepEqual((await written(csvOf, store(), berlin)).split('\r\n'), [
      'time,device,metric,value,unit,quality,flags,gap',
      '2026-10-25T02:59:59.500+02:00,press-1,state,"shut, ""locked""",,good,,',
      '2026-10-25T02:59:59.501+02:00,press-1,state,true,,good,,',
      '2026-10-25T02:59:59.500+02:00,press-1,temperature,-21.5,Cel,suspect,clock spike,',
      '2026-10-25T02:00:00.000+01:00,press-1,temperature,22,,good,,',
      '2026-10-25T02:05:00.000+01:00,press-1,temperature,,,,,true',
      '2026-10-25T02:29:59.500+01:00,press-1,temperature,,,good,,',
      '',
    ]);
  });

  it('of buckets has a column for each aggregate, in the order asked for', async () => {
    const text = await written(csvOf, store(), { ...berlin, metrics: 'temperature', points: 2, aggregates: 'max,count' });
    assert.deepEqual(text.split('\r\n'), [
      'time,end,device,metric,unit,max,count,gap,rollup',
      '2026-10-25T01:59:59.500+02:00,2026-10-25T02:59:59.500+02:00,press-1,temperature,,,0,true,',
      '2026-10-25T02:59:59.500+02:00,2026-10-25T02:59:59.500+01:00,press-1,temperature,,22,2,,',
      '',
    ]);
  });

  it('has its header also when there is nothing', async () => {
    assert.equal(await written(csvOf, new PlainStore(), {}), 'time,device,metric,value,unit,quality,flags,gap\r\n');
  });

  it('never hands a spreadsheet a formula', async () => {
    for (const evil of ['=1+1', '+1', '-2+3', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '=cmd|\'/c calc\'!A1']) {
      assert.match(csvCell(evil), /^"?\s?'/, JSON.stringify(evil));
    }
    // A spreadsheet that divides cells at semicolons or tabs, as many do in Europe, does not heed quotes inside of what it takes for a cell.
    for (const [text, cell] of [['a;=1+1', "a;'=1+1"], ['a\n=1+1', '"a\n\'=1+1"'], ['a\t@x', "a\t'@x"], ['a;"=1+1"', '"a;\'""=1+1"""'], ['  =1+1', "'  =1+1"], ['"=1+1"', '"\'""=1+1"""']] as const) assert.equal(csvCell(text), cell);
    // An integer beyond 2^53 is kept as a text, so that none of its digits is lost.
    assert.deepEqual(['-9007199254740993', '-9007199254740993+1'].map(csvCell), ['-9007199254740993', "'-9007199254740993+1"]);
    assert.deepEqual(['a=1;b', 'a - b', 'x;y', 'a;5-1', ' b'].map(csvCell), ['a=1;b', 'a - b', 'x;y', 'a;5-1', '" b"']);
    assert.deepEqual([csvCell(-5), csvCell(1e-7), csvCell('5-1'), csvCell(''), csvCell(null), csvCell(Number.NaN), csvCell(false)], ['-5', '1e-7', '5-1', '""', '', '', 'false']);
    const text = await written(csvOf, new PlainStore().add('=HYPERLINK("http://x")', '@m', [reading(1, '+7'), { ...reading(2, -7), unit: '-u', flags: ['=f'] }]), { from: 0, to: 10 });
    assert.deepEqual(text.split('\r\n').slice(1, 3), [
      `1970-01-01T00:00:00.001+00:00,"'=HYPERLINK(""http://x"")",'@m,'+7,,good,,`,
      `1970-01-01T00:00:00.002+00:00,"'=HYPERLINK(""http://x"")",'@m,-7,'-u,good,'=f,`,
    ]);
  });

  it('is read back as it was, whatever the texts', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 2, maxLength: 5 }), (texts) => {
      const [row] = [...rowsOf(`${texts.map((text) => csvCell(text)).join(',')}\r\n`, ',')];
      assert.deepEqual(row?.cells.map(({ text }) => text), texts.map((text) => /^-\d+$/.test(text) ? text : text.replaceAll(/(^|[;\t\r\n])(?=[\p{Zs}"']*[=+\-@＝＋－＠])/gu, "$1'")));
    }));
  });
});

describe('JSON', () => {
  it('is one document with what was asked, the rows and what is to be known of them', async () => {
    const document: unknown = JSON.parse(await written(jsonOf, store(), { ...berlin, metrics: 'temperature', limit: 1 }));
    const { next, ...rest } = document as { next: string };
    assert.deepEqual(rest, {
      query: { kind: 'raw', from: '2026-10-25T01:59:59.500+02:00', to: '2026-10-25T02:59:59.500+01:00', timeZone: 'Europe/Berlin', minimumQuality: 'suspect' },
      rows: [{ time: '2026-10-25T02:59:59.500+02:00', ts: START, device: 'press-1', metric: 'temperature', value: -21.5, quality: 'suspect', unit: 'Cel', flags: ['clock', 'spike'], raw: '-21,5', tests: { spike_test: 'suspect', gap_test: 'good' } }],
      notices: [{ code: 'limited', message: 'The answer was cut after 1 rows. Go on with the cursor "next", raise the limit, or ask for buckets.' }],
    });
    assert.ok(next.length > 10);
  });

  it('is well-formed with no rows, and with rows of many blocks', async () => {
    assert.deepEqual((JSON.parse(await written(jsonOf, new PlainStore(), { kind: 'latest' })) as { rows: unknown[]; query: object }), { query: { kind: 'latest', timeZone: 'UTC', minimumQuality: 'suspect' }, rows: [], notices: [] });
    const many = new PlainStore().add('a', 'b', Array.from({ length: 2_500 }, (_, index) => reading(index, index)));
    assert.equal((JSON.parse(await written(jsonOf, many, { from: 0, to: 5_000 })) as { rows: unknown[] }).rows.length, 2_500);
  });

  it('lines hold a row each, then the notices, then the cursor', async () => {
    const lines = (await written(jsonLinesOf, store(), { ...berlin, metrics: 'temperature', limit: 2, devices: 'press-1' })).trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(lines.map((line) => Object.keys(line)[0]), ['time', 'time', 'notice', 'next']);
    assert.equal(lines[1]?.['value'], 22);
  });
});

describe('charts', () => {
  it('get a line a series, with gaps as null, truths as 1 and 0 and texts left out', async () => {
    const all = await blocks(ask(store(), berlin));
    assert.deepEqual(chartPayload(all), [{
      series: ['press-1 state', 'press-1 temperature'],
      data: [[{ x: START, y: null }, { x: START + 1, y: 1 }], [{ x: START, y: -21.5 }, { x: START + 500, y: 22 }, { x: START + 500 + 5 * MINUTE, y: null }, { x: START + 30 * MINUTE, y: null }]],
      labels: [''],
    }]);
    assert.deepEqual(uiChartPoints(all[1]!)[0], { series: 'press-1 temperature', x: START, y: -21.5 });
    assert.deepEqual(chartPayload([]), [{ series: [], data: [], labels: [''] }]);
  });

  it('get a line an aggregate where there are several, and one line of the blocks of a series', async () => {
    const many = new PlainStore().add('a', 'b', Array.from({ length: 1_500 }, (_, index) => reading(index, index)));
    const [chart] = chartPayload(await blocks(ask(many, { from: 0, to: 1_500, points: 1_500, aggregates: 'min,max' })));
    assert.deepEqual(chart.series, ['a b min', 'a b max']);
    assert.deepEqual(chart.data.map((line) => line.length), [1_500, 1_500]);
    const [raw] = chartPayload(await blocks(ask(many, { from: 0, to: 1_500 })));
    assert.deepEqual([raw.series, raw.data[0]?.length], [['a b'], 1_500]);
  });
});

describe('a table', () => {
  it('has the unit of the series beside what its buckets come to', async () => {
    const units = new PlainStore().add('a', 'b', [{ ...reading(1, 2), unit: 'Cel' }]);
    const [block] = await blocks(ask(units, { from: 0, to: 10, points: 1, aggregates: 'mean' }));
    assert.deepEqual(flatRows(block!, timeZone('UTC')), [{ time: '1970-01-01T00:00:00.000+00:00', ts: 0, device: 'a', metric: 'b', end: '1970-01-01T00:00:00.010+00:00', mean: 2, unit: 'Cel' }]);
  });
});
