#!/usr/bin/env node
import { runStoreProcess } from './store-process.ts';

/** `npx holdfast-store <command>`: the command of whoever has installed the package. */
await runStoreProcess('npx holdfast-store');
