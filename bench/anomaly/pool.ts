import { Worker } from 'node:worker_threads';

/**
 * Has the tasks done by so many threads, each of which takes the next when it is done with one. The script answers every
 * message that is a task with one that is its result.
 *
 * @returns the results, in the order of the tasks. Rejects with the first error of a thread.
 */
export async function spread<Result>(script: URL, tasks: readonly unknown[], threads: number): Promise<Result[]> {
  const results: Result[] = [];
  const left = tasks.entries();
  await Promise.all(Array.from({ length: Math.min(threads, tasks.length) }, async () => {
    const worker = new Worker(script);
    try {
      for (const [index, task] of left) results[index] = await ask(worker, task);
    } finally {
      await worker.terminate();
    }
  }));
  return results;
}

/** Sends a thread a message, and waits for its answer. Rejects when the thread fails. */
export function ask<Result>(worker: Worker, message: unknown): Promise<Result> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (result: Result) => {
      worker.off('error', reject);
      resolve(result);
    });
    worker.postMessage(message, []);
  });
}
