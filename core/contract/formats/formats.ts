import { isEmail, isHostname, isIdnEmail, isIdnHostname, isIpv4, isIpv6 } from './internet.ts';
import { isDate, isDateTime, isDuration, isIsoDateTime, isIsoTime, isTime } from './time.ts';
import { isIri, isIriReference, isUri, isUriReference, isUriTemplate } from './uri.ts';
import { LONGEST_TESTED } from '../pattern/pattern.ts';

const UUID = /^[\dA-Fa-f]{8}-[\dA-Fa-f]{4}-[\dA-Fa-f]{4}-[\dA-Fa-f]{4}-[\dA-Fa-f]{12}$/;
const POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/;
const RELATIVE_POINTER = /^(?:0|[1-9]\d*)(?:#|(?:\/(?:[^~/]|~[01])*)*)$/;
const POINTER_FRAGMENT = /^#(?:\/(?:[\w.!$&'()*+,;:=@-]|%[\dA-Fa-f]{2}|~[01])*)*$/;
const BYTES = /^[A-Za-z0-9+/]*={0,2}$/;

/** Tests over texts. All of them take linear time: a character is looked at a fixed number of times. */
const TEXT_FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': isDateTime, date: isDate, time: isTime, duration: isDuration, 'iso-time': isIsoTime, 'iso-date-time': isIsoDateTime,
  email: isEmail, 'idn-email': isIdnEmail, hostname: isHostname, 'idn-hostname': isIdnHostname, ipv4: isIpv4, ipv6: isIpv6,
  uri: isUri, 'uri-reference': isUriReference, iri: isIri, 'iri-reference': isIriReference, 'uri-template': isUriTemplate,
  url: (text) => /^(?:https?|ftp):\/\/[^/?#]/i.test(text) && isIri(text),
  uuid: (text) => UUID.test(text),
  'json-pointer': (text) => POINTER.test(text),
  'relative-json-pointer': (text) => RELATIVE_POINTER.test(text),
  'json-pointer-uri-fragment': (text) => POINTER_FRAGMENT.test(text),
  regex: isRegex,
  byte: (text) => text.length % 4 === 0 && BYTES.test(text),
};

const NUMBER_FORMATS: Readonly<Record<string, (value: number) => boolean>> = {
  int32: (value) => Number.isInteger(value) && Math.abs(value + 0.5) < 2 ** 31,
  int64: (value) => Number.isInteger(value) && value >= -(2 ** 63) && value <= 2 ** 63,
};

/** Formats that say what a value is for, and test nothing. */
const UNTESTED = ['float', 'double', 'password', 'binary'];

/** Whether a value has the format; true for a value that the format says nothing about. */
export const FORMATS: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ...Object.entries(TEXT_FORMATS).map(([name, test]) => [name, (value: unknown) => typeof value !== 'string' || (value.length <= LONGEST_TESTED && test(value))] as const),
  ...Object.entries(NUMBER_FORMATS).map(([name, test]) => [name, (value: unknown) => typeof value !== 'number' || test(value)] as const),
  ...UNTESTED.map((name) => [name, () => true] as const),
]);

function isRegex(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
