/** An object literal, on one line or the first line of several, with nothing spread into it. */
const ONE_OBJECT = /^\{(?!.*\.\.\.)/;

/** Properties of an editor definition that the Flow Library reads without running the script, and what it can read. */
const PLAIN = new Map<string, { pattern: RegExp; example: string }>(Object.entries({
  category: { pattern: /^["'][^"']+["'],?$/, example: "category: 'holdfast'" },
  color: { pattern: /^["'][^"']+["'],?$/, example: "color: '#a6bbcf'" },
  icon: { pattern: /^["'][^"']+["'],?$/, example: "icon: 'device.svg'" },
  inputs: { pattern: /^\d+,?$/, example: 'inputs: 1' },
  outputs: { pattern: /^\d+,?$/, example: 'outputs: 2' },
  defaults: { pattern: ONE_OBJECT, example: 'defaults: { … }' },
  credentials: { pattern: ONE_OBJECT, example: 'credentials: { … }' },
}));

/**
 * What keeps the Flow Library from reading a node's registration in its page, as sentences with the cure; empty when it
 * can. The library does not run the script: it looks in `<script type="text/javascript">` for a call of `registerType` with
 * a literal type and a literal object, and stumbles over a spread (see node-red/node-red-dev-cli, checknodes.js).
 * Reads the layout that esbuild prints.
 */
export function registrationProblems(page: string, type: string): string[] {
  const script = /<script type="text\/javascript">\n([\s\S]*?)<\/script>/.exec(page)?.[1];
  if (script === undefined) return ['The page has no <script type="text/javascript">.'];

  const call = new RegExp(`^( *)RED\\.nodes\\.registerType\\("${type}", \\{$`, 'm').exec(script);
  if (!call) {
    return [`The Flow Library finds no RED.nodes.registerType('${type}', { … }): write this call with the type and the object in it, not with names of constants.`];
  }
  const indent = `${call[1] ?? ''}  `;
  const lines = script.slice(call.index).split('\n').slice(1);
  const body = lines.slice(0, lines.findIndex((line) => line.startsWith(`${indent.slice(2)}}`)));
  return body.flatMap((line) => (line.startsWith(indent) ? lineProblems(line.slice(indent.length)) : [])).concat(spreadInside(body, indent));
}

function lineProblems(line: string): string[] {
  if (line.startsWith('...')) return [`The Flow Library cannot read "${line}" in the object given to registerType: write its properties out.`];
  const [, name = '', value = ''] = /^([a-z]+)(?:: (.*)|,?)$/.exec(line) ?? [];
  const plain = PLAIN.get(name);
  if (!plain || plain.pattern.test(value)) return [];
  return [`The Flow Library cannot read "${line}" in the object given to registerType: write the value out, such as ${plain.example}.`];
}

/** `defaults` and `credentials` are read key by key, so nothing may be spread into them either. */
function spreadInside(body: readonly string[], indent: string): string[] {
  const problems: string[] = [];
  let inside = '';
  for (const line of body) {
    if (line.startsWith(indent) && !line.startsWith(`${indent} `)) inside = /^(defaults|credentials): \{/.exec(line.slice(indent.length))?.[1] ?? '';
    if (inside && line.startsWith(`${indent}  ...`)) {
      problems.push(`The Flow Library cannot read "${line.trim()}" in ${inside}: write its properties out.`);
    }
  }
  return problems;
}
