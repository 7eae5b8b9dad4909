import type { ReadingValue, Sample } from '../sample/sample.ts';
import { noteOf } from '../store/codec/note.ts';
import type { StoredReading } from '../store/store.ts';
import { bandOf, judgeChange } from './change-rule.ts';
import type { ChangeVerdict } from './change-rule.ts';
import { heldReading } from './held-reading.ts';
import type { HeldReading } from './held-reading.ts';
import { intervalOf } from './interval-rule.ts';
import type { OnChange, RecordingSettings } from './settings.ts';

/** What becomes of one reading, for a person to read. */
export interface Explanation {
  device: string;
  metric: string;
  ts: string;
  value: ReadingValue;
  stored: 'yes' | 'no' | 'held';
  why: string;
}

/** Says of each reading of a sample whether these settings store it, and why; `before`: the newest stored reading of a metric that is older than the sample. */
export function explain(settings: RecordingSettings, sample: Sample, before: (metric: string) => StoredReading | undefined): Explanation[] {
  return Object.entries(sample.values).map(([metric, value]) => {
    const row = { device: sample.device, metric, ts: timeText(sample.ts), value };
    const reading = heldReading(sample, metric);
    if (settings.mode === 'every') return { ...row, stored: 'yes', why: 'Every reading is stored.' };
    if (!reading) return { ...row, stored: 'yes', why: 'It is too long to be held, so it is stored as it is.' };
    if (settings.mode === 'interval') {
      const end = timeText((intervalOf(reading, settings) + 1) * settings.interval);
      const kept = settings.keep === 'last' ? 'the last reading' : 'the smallest, the largest and the last reading';
      return { ...row, stored: 'held', why: `Of the interval that ends at ${end}, ${kept} will be stored.` };
    }
    const last = before(metric);
    const verdict = judgeChange(last && heldOf(last), reading, bandOf(settings, metric), settings.longestSilence);
    return { ...row, stored: verdict === 'within' ? 'no' : 'yes', why: changeSentence(verdict, settings, metric, last) };
  });
}

function changeSentence(verdict: ChangeVerdict, settings: OnChange, metric: string, last: StoredReading | undefined): string {
  const { width, kind } = bandOf(settings, metric);
  const band = kind === 'percent' ? `${width} %` : String(width);
  const former = last === undefined ? '' : `${JSON.stringify(last.value)} of ${timeText(last.ts)}`;
  switch (verdict) {
    case 'first':
      return 'No reading of this metric is stored before it.';
    case 'late':
      return `It is not newer than the last stored one, ${former}, and late readings are stored as they are.`;
    case 'quality':
      return `Its quality is another one than that of ${former}.`;
    case 'type':
      return `Its type is another one than that of ${former}.`;
    case 'note':
      return `Its unit, flags, raw value or tests differ from those of ${former}.`;
    case 'changed':
      return `It differs from ${former}${typeof last?.value === 'number' ? ` by more than ${band}` : ''}.`;
    case 'silence':
      return `It differs from ${former} by ${band} or less, but that one is ${settings.longestSilence / 1000} seconds old or older.`;
    case 'within':
      return `It differs from ${former} by ${band} or less.`;
  }
}

function heldOf(reading: StoredReading): HeldReading {
  return { ts: reading.ts, received: reading.ts, value: reading.value, quality: reading.quality, note: noteOf({ ...reading, flags: [...(reading.flags ?? [])] }) };
}

function timeText(ts: number): string {
  const date = new Date(ts);
  return Number.isNaN(date.getTime()) ? String(ts) : date.toISOString();
}
