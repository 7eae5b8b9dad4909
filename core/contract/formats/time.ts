const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
const LOCAL_TIME = /^(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?$/;
const DAY_PART = /^(?:\d+Y(?:\d+M(?:\d+D)?)?|\d+M(?:\d+D)?|\d+D)?$/;
const TIME_PART = /^(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S)$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** RFC 3339 `full-date`. */
export function isDate(text: string): boolean {
  const found = DATE.exec(text);
  if (!found) return false;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : DAYS[month - 1] ?? 0;
  return day >= 1 && day <= days;
}

/** RFC 3339 `full-time`: with an offset, and a leap second only at the end of a day of UTC. */
export function isTime(text: string): boolean {
  const found = TIME.exec(text);
  if (!found) return false;
  const [hour, minute, second, ahead, behind] = [Number(found[1]), Number(found[2]), Number(found[3]), Number(found[5] ?? 0), Number(found[6] ?? 0)];
  if (hour > 23 || minute > 59 || ahead > 23 || behind > 59) return false;
  if (second <= 59) return true;
  const offset = (ahead * 60 + behind) * (found[4] === '-' ? -1 : 1);
  const minuteOfDay = (hour * 60 + minute - offset + 2_880) % 1_440;
  return second === 60 && minuteOfDay === 1_439;
}

/** RFC 3339 `date-time`. */
export function isDateTime(text: string): boolean {
  return /^[Tt]$/.test(text.charAt(10)) && isDate(text.slice(0, 10)) && isTime(text.slice(11));
}

/** A time with or without an offset. */
export function isIsoTime(text: string): boolean {
  return isTime(text) || (LOCAL_TIME.test(text) && isTime(`${text}Z`));
}

/** A date and time with or without an offset, parted by `T` or a space. */
export function isIsoDateTime(text: string): boolean {
  return /^[Tt\s]$/.test(text.charAt(10)) && isDate(text.slice(0, 10)) && isIsoTime(text.slice(11));
}

/** RFC 3339, appendix A. */
export function isDuration(text: string): boolean {
  if (/^P\d+W$/.test(text)) return true;
  if (!text.startsWith('P') || text.length < 3) return false;
  const [days = '', time, ...more] = text.slice(1).split('T');
  return more.length === 0 && DAY_PART.test(days) && (time === undefined ? days !== '' : TIME_PART.test(time));
}
