import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { readTopicTemplate, SPARKPLUG_TEMPLATE, TopicTemplateError } from '../../../core/subscriber/topic-template.ts';

/** Whether a topic matches a filter, as MQTT 3.1.1 section 4.7 has it: level by level. */
function matches([filter, ...filters]: string[], [level, ...levels]: string[], isFirst = true): boolean {
  if (filter === undefined) return level === undefined;
  if (isFirst && level?.startsWith('$') && (filter === '+' || filter === '#')) return false;
  if (filter === '#') return true;
  return level !== undefined && (filter === '+' || filter === level) && matches(filters, levels, false);
}

describe('a topic template', () => {
  const TABLE: Array<[template: string, filter: string, topic: string, device: string | undefined]> = [
    ['plant/{device}/telemetry', 'plant/+/telemetry', 'plant/press-7/telemetry', 'press-7'],
    ['plant/{device}/telemetry', 'plant/+/telemetry', 'plant/press-7/status', undefined],
    ['plant/{device}/telemetry', 'plant/+/telemetry', 'plant/press-7/telemetry/x', undefined],
    ['plant/{device}/telemetry', 'plant/+/telemetry', 'plant//telemetry', ''],
    ['{site}/{device}/{metric}', '+/+/+', 'hall/press-7/t', 'press-7'],
    ['{site}/{device}', '+/+', '$SYS/uptime', undefined],
    ['+/{device}/#', '+/+/#', 'a/b', 'b'],
    ['tele/{device}/#', 'tele/+/#', 'tele/plug/SENSOR/x', 'plug'],
    ['{device}', '+', 'press-7', 'press-7'],
    ['/{device}', '/+', '/press-7', 'press-7'],
    ['{device}/#', '+/#', 'press-7', 'press-7'],
  ];
  for (const [template, filter, topic, device] of TABLE) {
    it(`${template} asks for ${filter} and finds ${device === undefined ? 'no device' : `"${device}"`} in ${topic}`, () => {
      const read = readTopicTemplate(template);
      assert.deepEqual([read.filters, read.deviceOf(topic)], [[filter], device]);
    });
  }

  const SPARKPLUG: Array<[topic: string, device: string | undefined]> = [
    ['spBv1.0/plant/NBIRTH/edge-1', 'edge-1'], ['spBv1.0/plant/DDATA/edge-1/pump-4', 'pump-4'], ['spBv1.0/plant/NDEATH/edge-1', 'edge-1'],
    ['spBv1.0/plant/NCMD/edge-1', undefined], ['spBv1.0/plant/DCMD/edge-1/pump-4', undefined], ['spBv1.0/STATE/scada', undefined], ['spBv1.0/plant/NDATA/edge-1/pump-4', undefined], ['spBv1.0/plant/DDATA/edge-1', undefined], ['spAv1.0/plant/NDATA/edge-1', undefined],
  ];
  for (const [topic, device] of SPARKPLUG) {
    it(`of Sparkplug B finds ${device ?? 'no device'} in ${topic}`, () => assert.equal(readTopicTemplate(SPARKPLUG_TEMPLATE).deviceOf(topic), device));
  }

  it('of Sparkplug B can be for one group and one edge node', () => {
    const read = readTopicTemplate('spBv1.0/plant/{type}/edge-1/{device}');
    assert.ok(read.isSparkplug && read.filters.includes('spBv1.0/plant/DDATA/edge-1/+'));
    assert.deepEqual([read.deviceOf('spBv1.0/plant/NDATA/edge-1'), read.deviceOf('spBv1.0/other/NDATA/edge-1')], ['edge-1', undefined]);
  });

  const WRONG: Array<[template: string, fault: string, says: RegExp]> = [
    ['', 'no-device', /Put \{device\} in place/], ['plant/+/telemetry', 'no-device', /does not say where the device is/], ['{device}/{device}', 'two-devices', /names the device twice/],
    ['#/{device}', 'hash', /Put it at the end/], ['a/x{device}', 'wildcard-device', /must be a whole level/], ['{device}/a+', 'level', /"a\+"/], ['{device}/{}', 'level', /"\{\}"/], ['{device}/{a b}', 'level', /a b/], ['{device}/a#', 'level', /a#/], ['{device}/\0', 'level', /cannot be read/],
  ];
  for (const [template, fault, says] of WRONG) {
    it(`${JSON.stringify(template)} is refused with a sentence`, () => {
      assert.throws(() => readTopicTemplate(template), (error: unknown) => error instanceof TopicTemplateError && error.fault === fault && says.test(error.message));
    });
  }

  const literal = fc.oneof(fc.constantFrom('plant', '', 'a b', '$SYS', 'ü'), fc.stringMatching(/^[a-z0-9 ._-]{0,5}$/));
  const wild = fc.oneof(literal, fc.constantFrom('+', '{site}', '{line}'));
  const template = fc.tuple(fc.array(wild, { maxLength: 4 }), fc.array(wild, { maxLength: 4 }), fc.boolean()).map(([before, after, open]) => [...before, '{device}', ...after, ...(open ? ['#'] : [])].join('/'));

  it('finds again the device that was put in', () => {
    fc.assert(fc.property(template, fc.array(fc.stringMatching(/^[a-z0-9]{1,4}$/), { minLength: 20, maxLength: 20 }), fc.stringMatching(/^[A-Za-z0-9._:-]{1,20}$/), (text, fill, device) => {
      let used = 0;
      const topic = text.split('/').map((level) => (level === '{device}' ? device : level === '+' || level === '#' || level.startsWith('{') ? (fill[used++] ?? '') : level)).join('/');
      assert.equal(readTopicTemplate(text).deviceOf(topic), device);
    }));
  });

  it('takes just the topics that its filters do, so that nothing comes unexpected and nothing is missed', () => {
    const levels = fc.array(fc.oneof(literal, fc.constantFrom('plant', 'x', 'spBv1.0', 'NDATA', 'DDATA', 'NCMD')), { minLength: 1, maxLength: 7 });
    fc.assert(fc.property(fc.oneof(template, fc.constant(SPARKPLUG_TEMPLATE)), levels, (text, found) => {
      const read = readTopicTemplate(text);
      const asked = read.filters.some((filter) => matches(filter.split('/'), found));
      assert.equal(read.deviceOf(found.join('/')) !== undefined, asked);
    }), { numRuns: 2_000 });
  });
});
