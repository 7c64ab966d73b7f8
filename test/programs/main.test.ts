import { describe, expect, it } from 'vitest';
import { runProgram } from '../../src/programs/main.ts';
import type { ProgramEnv } from '../../src/programs/program.ts';
import { TerminalError } from '../../src/runtime/errors.ts';

const QUEUE: ProgramEnv = {
  AZURE_STORAGE_ACCOUNT_NAME: 'shop',
  AZURE_STORAGE_ACCOUNT_KEY: 'aHVudGVyMg==',
  AZURE_STORAGE_QUEUE_NAME: 'orders',
};

describe('runProgram refuses', () => {
  it.each([
    { program: 'consumer', env: {}, says: /AZURE_STORAGE_ACCOUNT_NAME, .* are not set/ },
    { program: 'producer', env: {}, says: /AZURE_STORAGE_ACCOUNT_NAME, .* are not set/ },
    { program: 'producer', env: { ...QUEUE, PRODUCER_VARIATION: '2' }, says: /VARIATION is '2': .* 0 to 1/ },
    { program: 'producer', env: { ...QUEUE, PRODUCER_SEED: '0.5' }, says: /SEED is '0.5': .*a whole number/ },
    {
      program: 'consumer',
      env: { ...QUEUE, CONSUMER_SECONDS_PER_MESSAGE: '60' },
      says: /CONSUMER_VISIBILITY_SECONDS is 30: must be more than CONSUMER_SECONDS_PER_MESSAGE \(60\)/,
    },
    {
      program: 'consumer',
      env: { ...QUEUE, AZURE_STORAGE_QUEUE_ENDPOINT: 'http://127.0.0.1:1' },
      says: /no queue can be at http:\/\/127.0.0.1:1\/orders .* includes the account/,
    },
    { program: 'remainder', env: { REMAINDER_WORK: 'much' }, says: /REMAINDER_WORK is 'much'/ },
    {
      program: 'remainder',
      env: { STATSD_UDP_HOST: '127.0.0.1', STATSD_UDP_PORT: 'x' },
      says: /STATSD_UDP_PORT is 'x'/,
    },
    { program: 'toaster', env: {}, says: /'toaster' is not a program; .*consumer, producer, remainder/ },
    { program: 'toString', env: {}, says: /'toString' is not a program/ },
  ])('$program with $says', async ({ program, env, says }) => {
    const outcome = await runProgram(program, env, new AbortController().signal).catch((e: unknown) => e);
    expect(outcome).toBeInstanceOf(TerminalError);
    expect((outcome as Error).message).toMatch(says);
    expect((outcome as Error).message).not.toContain(QUEUE['AZURE_STORAGE_ACCOUNT_KEY']);
  });
});
