/** The lines that show a password the one time it can be seen. */
export function loginBox(url: string | undefined, password: string): string {
  const lines = [
    ...(url === undefined ? ['The new login for the editor'] : [`The login for the editor at ${url}`]),
    '',
    '  name      admin',
    `  password  ${password}`,
    '',
    'It is shown only now and stored only as a hash: note it down.',
    'Set a new one at any time with: npm run password',
  ];
  const width = Math.max(...lines.map((line) => line.length));
  const rule = '═'.repeat(width + 4);
  return ['', `╔${rule}╗`, ...lines.map((line) => `║  ${line.padEnd(width)}  ║`), `╚${rule}╝`, '', ''].join('\n');
}
