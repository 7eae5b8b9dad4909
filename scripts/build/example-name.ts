/**
 * The file name under which a flow is shipped. Node-RED's import dialog shows file names as they are, so
 * `quick-start.json` becomes `Quick start.json`.
 */
export function exampleName(file: string): string {
  const words = file.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
