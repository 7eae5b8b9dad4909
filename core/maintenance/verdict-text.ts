import type { FileVerdict } from './verify.ts';

/** What a check found in a file, for a terminal: a line, and below it one for each finding. */
export function verdictText({ name, layout, findings, moreFindings, tally }: FileVerdict): string {
  const read = tally ? `, ${tally.readings.toLocaleString('en-US')} readings in ${tally.chunks.toLocaleString('en-US')} chunks, ${tally.logRows} commits in the log, ${tally.rollups.toLocaleString('en-US')} rollups, ${tally.superseded.toLocaleString('en-US')} superseded` : '';
  const head = `${findings.length === 0 ? 'sound  ' : 'DAMAGED'} ${name}${layout === undefined ? '' : ` (layout ${layout}${read})`}`;
  const lines = findings.map(({ problem, device, metric, from, to, readings }) => {
    const of = device === undefined ? '' : `"${metric}" of "${device}"`;
    const when = from === undefined || to === undefined ? '' : ` from ${new Date(from).toISOString()} to ${new Date(to).toISOString()}`;
    const many = readings === undefined ? '' : `, ${readings} readings`;
    return `        ${of}${when}${of === '' && when === '' ? many.replace(', ', '') : many}${of === '' && when === '' && many === '' ? '' : ': '}${problem}`;
  });
  if (moreFindings > 0) lines.push(`        and ${moreFindings} more.`);
  return [head, ...lines].join('\n');
}
