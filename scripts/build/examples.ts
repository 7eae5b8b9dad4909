import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { exampleName } from './example-name.ts';

/** What `npm start` puts into the environment, and what stands in its place in an example that is imported elsewhere. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  '${HOLDFAST_DATA}': 'holdfast',
  '${HOLDFAST_MQTT_PORT}': '1883',
  '${HOLDFAST_MQTT_URL}': 'mqtt://127.0.0.1:1883',
};

/**
 * Copies the flows to where Node-RED's import dialog finds them, free of this repository's environment variables.
 * @throws Error naming the file that is not JSON.
 */
export async function copyExamples(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const file of (await readdir(from)).filter((name) => name.endsWith('.json'))) {
    let flow = await readFile(path.join(from, file), 'utf8');
    for (const [variable, value] of Object.entries(ELSEWHERE)) flow = flow.replaceAll(variable, value);
    try {
      JSON.parse(flow);
    } catch (error) {
      throw new Error(`flows/${file} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
    await writeFile(path.join(to, exampleName(file)), flow);
  }
}
