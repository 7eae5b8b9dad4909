import { strict as assert } from 'node:assert';
import { COOL_DOWN } from '../../../../core/anomaly/episodes.ts';
import { risingEdges, startsAt, thresholds } from '../../../../bench/anomaly/episode-starts.ts';
import { bestThreshold, countClean, countEvents, scoreEvents } from '../../../../bench/anomaly/events.ts';
import { isTopScoreAt } from '../../../../bench/anomaly/top-score.ts';

const events = [{ first: 100, last: 109 }, { first: 200, last: 200 }];

describe('the counting of found events', () => {
  it('takes an event for found by an episode that starts within it, or up to seven points behind', () => {
    for (const start of [100, 109, 116]) assert.deepEqual(countEvents(events, [start], 0), { found: 1, missed: 1, falseAlarms: 0 }, String(start));
  });

  it('takes an episode that starts before an event, or further behind, for a false alarm', () => {
    for (const start of [99, 117]) assert.deepEqual(countEvents(events, [start], 0), { found: 0, missed: 2, falseAlarms: 1 }, String(start));
  });

  it('counts an event once that is found twice', () => {
    assert.deepEqual(countEvents(events, [101, 105], 0), { found: 1, missed: 1, falseAlarms: 0 });
  });

  it('takes one episode for both of two events that follow each other within seven points', () => {
    const close = [{ first: 100, last: 102 }, { first: 105, last: 106 }];
    assert.deepEqual(countEvents(close, [103], 0), { found: 1, missed: 1, falseAlarms: 0 });
    assert.deepEqual(countEvents(close, [105], 0), { found: 2, missed: 0, falseAlarms: 0 });
  });

  it('counts neither events nor episodes before the test part, and of an event that goes on what is left', () => {
    assert.deepEqual(countEvents(events, [50, 104, 150], 150), { found: 0, missed: 1, falseAlarms: 1 });
    assert.deepEqual(countEvents(events, [102], 105), { found: 0, missed: 2, falseAlarms: 0 });
    assert.deepEqual(countEvents(events, [106], 105), { found: 1, missed: 1, falseAlarms: 0 });
  });

  it('makes F1, precision and recall of the counts, and 0 where nothing was found', () => {
    assert.deepEqual(scoreEvents({ found: 3, missed: 1, falseAlarms: 3 }), { f1: 0.6, precision: 0.5, recall: 0.75 });
    assert.deepEqual(scoreEvents({ found: 0, missed: 0, falseAlarms: 0 }), { f1: 0, precision: 0, recall: 0 });
  });

  it('chooses one threshold for all series together', () => {
    const none = { found: 0, missed: 1, falseAlarms: 0 };
    const one = { found: 1, missed: 0, falseAlarms: 0 };
    const best = bestThreshold([[one, one, none], [{ ...one, falseAlarms: 5 }, one, none]], [1, 2, 4]);
    assert.deepEqual(best, { threshold: 2, f1: 1, precision: 1, recall: 1 });
  });

  it('leaves out of the clean points those of events, and of the episodes those that found one', () => {
    assert.deepEqual(countClean(1000, events, [20, 105, 207, 208]), { episodes: 2, points: 989 });
  });
});

describe('the starts of episodes', () => {
  it('are where anomaly becomes true, at the first point as well', () => {
    assert.deepEqual(risingEdges([1, 1, 0, 1, 0]), [0, 3]);
  });

  it('at another threshold are those that the detector would have made, with its cool-down', () => {
    const scores = new Float64Array(200);
    for (const at of [50, 60, 50 + COOL_DOWN + 30]) scores[at] = 0.6;
    assert.deepEqual(startsAt(scores, 0.5), [50, 50 + COOL_DOWN + 30]);
    assert.deepEqual(startsAt(scores, 1), []);
  });

  it('are sought at thresholds that grow by one factor', () => {
    assert.deepEqual(thresholds(0.25, 2, 1), [0.25, 0.5, 1, 2]);
    assert.equal(thresholds(0.25, 2, 4).length, 13);
  });
});

describe('the place of the highest score', () => {
  const scores = new Float64Array(1000);

  beforeEach(() => {
    scores.fill(0);
  });

  it('may lie off the event by a hundred points, or by its length where that is more', () => {
    const short = { first: 500, last: 510 };
    const long = { first: 500, last: 700 };
    for (const [event, at, hit] of [[short, 400, true], [short, 399, false], [short, 610, true], [short, 611, false], [long, 299, true], [long, 298, false]] as const) {
      scores.fill(0)[at] = 1;
      assert.equal(isTopScoreAt(event, scores, 0), hit, String(at));
    }
  });

  it('is sought in the test part alone', () => {
    scores[100] = 2;
    scores[505] = 1;
    assert.equal(isTopScoreAt({ first: 500, last: 510 }, scores, 0), false);
    assert.equal(isTopScoreAt({ first: 500, last: 510 }, scores, 200), true);
  });

  it('is the first of several that are alike', () => {
    scores[300] = 1;
    scores[505] = 1;
    assert.equal(isTopScoreAt({ first: 500, last: 510 }, scores, 0), false);
  });
});
