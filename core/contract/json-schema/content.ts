import type { Keyword } from './keyword.ts';
import type { Broken } from './run.ts';

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Keywords that say what a text holds. Only draft-07 lets them be asserted; here they are where formats are, for base64 and JSON. */
export const CONTENT_KEYWORDS: Readonly<Record<string, Keyword>> = {
  contentEncoding(encoding, { draft, assertsFormats }) {
    if (draft !== 'draft-07' || !assertsFormats || encoding !== 'base64') return undefined;
    const broken: Broken = { keyword: 'contentEncoding', wanted: encoding };
    return (value, run) => typeof value !== 'string' || isBase64(value) || run.fail(broken, value);
  },
  contentMediaType(type, { draft, schema, assertsFormats }) {
    if (draft !== 'draft-07' || !assertsFormats || type !== 'application/json') return undefined;
    const isEncoded = schema['contentEncoding'] === 'base64';
    const broken: Broken = { keyword: 'contentMediaType', wanted: type };
    return (value, run) => typeof value !== 'string' || isJson(isEncoded ? Buffer.from(value, 'base64').toString() : value) || run.fail(broken, value);
  },
};

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && BASE64.test(text);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
