/** Takes tasks one by one, and answers each with its outcome. */
import { parentPort } from 'node:worker_threads';
import { outcomeOf } from './outcome.ts';
import type { Task } from './outcome.ts';

parentPort?.on('message', (task: Task) => parentPort?.postMessage(outcomeOf(task), []));
