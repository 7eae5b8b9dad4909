import assert from 'node:assert/strict';
import { fillRows } from '../../../scripts/build/dialog-rows.ts';

const ROWS = new Map(Object.entries({
  plain: '<div class="form-row">\n    <input>\n</div>\n',
  number: '<div class="form-row">\n    <label for="{property}">{unit} {property}</label>\n    <slot></slot>\n</div>\n',
  bare: '<hr>\n',
}));

describe('the rows that dialogs share', () => {
  it('stand where they are asked for, as deep as they are asked for', () => {
    const dialog = '<form>\n    <row-plain></row-plain>\n    <p></p>\n</form>\n';
    assert.equal(fillRows(dialog, ROWS), '<form>\n    <div class="form-row">\n        <input>\n    </div>\n    <p></p>\n</form>\n');
  });

  it('have what is given in each of its places, and no line for what is not', () => {
    assert.equal(fillRows('<row-number property="$&" unit="m"></row-number>', ROWS), '<div class="form-row">\n    <label for="$&">m $&</label>\n</div>');
  });

  it('have in them what is written between their tags', () => {
    const dialog = '  <row-number property="a" unit="m">\n      <p>$1</p>\n      <b></b>\n  </row-number>\n  <row-number property="b" unit="m"></row-number>\n';
    assert.equal(fillRows(dialog, ROWS), '  <div class="form-row">\n      <label for="a">m a</label>\n      <p>$1</p>\n      <b></b>\n  </div>\n  <div class="form-row">\n      <label for="b">m b</label>\n  </div>\n');
  });

  it('take more classes', () => {
    assert.equal(fillRows('<row-plain class="one two"></row-plain>', ROWS), '<div class="form-row one two">\n    <input>\n</div>');
  });

  it('leave a dialog without rows as it is', () => {
    const dialog = '<div class="form-row">{property}<slot></slot></div>\n';
    assert.equal(fillRows(dialog, ROWS), dialog);
  });

  for (const [dialog, says] of [
    ['<row-wheel></row-wheel>', /no nodes\/editor\/rows\/wheel\.html .* There are plain, number, bare\./],
    ['<row-number property="a" unit="m" size="3"></row-number>', /<row-number> has no place for size="3"\. It takes property, unit, class\./],
    ['<row-bare class="one"></row-bare>', /<row-bare> has no place for class="one"/],
    ['<row-number property="a"></row-number>', /<row-number property="a"> needs unit="…"\./],
    ['<row-plain>\n    <p></p>\n</row-plain>', /<row-plain> has no <slot><\/slot>/],
    ['<row-plain>\n<p></p>', /<row-plain> cannot be read/],
    ['<row-plain/>', /<row-plain\/> cannot be read/],
    ['<row-plain class=one></row-plain>', /<row-plain class=one> cannot be read/],
    ['<p></p> <row-plain></row-plain>', /<row-plain> cannot be read.* on a line of its own/],
    ['<row-number property="a" unit="m">\n<row-plain></row-plain>\n</row-number>', /<row-plain> cannot be read.* none inside another/],
  ] as const) {
    it(`refuse ${JSON.stringify(dialog)} with a sentence`, () => assert.throws(() => fillRows(dialog, ROWS), says));
  }
});
