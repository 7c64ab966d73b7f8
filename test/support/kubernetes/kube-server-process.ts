// test support: the small API server as a process of its own; prints its URL, ends with its standard input.

import { startKubeServer } from './kube-server.ts';

const server = await startKubeServer();
process.stdout.write(`${server.url}\n`);
process.stdin.once('end', () => void server.close()).resume();
