import { createHash } from 'node:crypto';
import type { ApiDocument } from './open-api.ts';

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#ccc, #555); --soft: light-dark(#f4f4f4, #26282c); }
body { margin: 0 auto; padding: 1.5rem; max-width: 60rem; font: 16px/1.5 system-ui, sans-serif; color: light-dark(#222, #ddd); background: light-dark(#fff, #18191c); }
code { padding: 0 .25em; border-radius: 3px; background: var(--soft); font-size: .9em; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .4rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td:nth-child(3) { min-width: 14rem; }
h2 { margin-top: 2.5rem; }
a { color: light-dark(#0b57d0, #8ab4f8); }
`;

/** What the browser may do with the page: nothing but show it, in its own style. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`;

/** A page that people can read, made of the OpenAPI document: no script, nothing from elsewhere. */
export function apiPage({ info, paths }: ApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { summary, description, parameters, responses }]) => [
      `<h2 id="${escaped(method)}"><code>${escaped(method.toUpperCase())} ${escaped(path)}</code> ${escaped(summary)}</h2>`,
      `<p>${prose(description)}</p>`,
      parameters ? parameterTable(parameters) : '',
      table(['Status', 'Answer'], Object.entries(responses).map(([status, response]) => [escaped(status), prose(response.description)])),
    ].join('\n')),
  );
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(info.title)}</title><style>${STYLE}</style></head>`,
    `<body><main><h1>${escaped(info.title)}</h1>`,
    `<p>${prose(info.description)} For programs: <a href="openapi.json">openapi.json</a>.</p>`,
    ...operations,
    '</main></body></html>',
    '',
  ].join('\n');
}

function parameterTable(parameters: ReadonlyArray<Record<string, unknown>>): string {
  return table(['Parameter', 'Meaning', 'For example'], parameters.map(({ name, description, examples }) => [`<code>${escaped(String(name))}</code>`, prose(String(description)), exampleValues(examples).map((value) => `<code>${escaped(value)}</code>`).join('<br>')]));
}

function exampleValues(examples: unknown): string[] {
  if (typeof examples !== 'object' || examples === null) return [];
  return Object.values(examples).flatMap((example: unknown) => (typeof example === 'object' && example !== null && 'value' in example ? [String(example.value)] : []));
}

function table(heads: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const head = heads.map((one) => `<th scope="col">${escaped(one)}</th>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}\n</tbody></table>`;
}

/** Text with `code` in it, as HTML. */
function prose(text: string): string {
  return escaped(text).replaceAll(/`([^`]*)`/g, '<code>$1</code>');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
