import { join } from 'node:path';
import { runStoreProcess } from '../core/maintenance/store-process.ts';

/** `npm run store -- <command>`: works on the files of the backend that `npm start` runs, unless told of another. */
await runStoreProcess('npm run store --', join(import.meta.dirname, '..', '.holdfast'));
