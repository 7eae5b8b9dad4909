import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Copies a folder with all beneath it. `.json` files must parse: Node-RED passes over a damaged catalogue or example
 * without a word.
 * @throws Error naming the file that is not JSON.
 */
export async function copyJsonFolder(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name);
    if (entry.isDirectory()) {
      await copyJsonFolder(source, path.join(to, entry.name));
      continue;
    }
    if (entry.name.endsWith('.json')) await requireJson(source);
    await copyFile(source, path.join(to, entry.name));
  }
}

async function requireJson(file: string): Promise<void> {
  try {
    JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
