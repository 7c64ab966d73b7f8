// test support: what `microscaling program NAME` does, as a process of its own: `node run-program.ts NAME`.

import { runProgram } from '../../../src/programs/main.ts';
import { messageOf } from '../../../src/runtime/errors.ts';

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort(new Error('received SIGTERM')));
try {
  await runProgram(process.argv[2] ?? '', process.env, stop.signal);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
