// bench: the thread in which `restInThread` lets a minute pass.

import { parentPort } from 'node:worker_threads';
import { rest } from './reach.ts';

parentPort?.postMessage(await rest());
