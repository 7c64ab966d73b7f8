// `microscaling complete` against an operator that has two policies of one name.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { run } from '../../../src/cli/commands/objects/complete.ts';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { aCommandContext, optionsOf } from '../../support/command-context.ts';

const policy = (namespace: string, ...apps: readonly string[]) => ({
  metadata: { namespace, name: 'shop' },
  spec: { apps: apps.map((name) => ({ name })) },
});
const LIST = { items: [policy('default', 'front'), policy('team', 'sender')] };

async function operator(): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(LIST));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it.each([
  { words: ['override', 'shop', ''], apps: ['front='] },
  { words: ['override', 'team/shop', ''], apps: ['sender='] },
  { words: ['override', '-n', 'team', 'shop', ''], apps: ['sender='] },
  { words: ['keep', 'shop', ''], apps: ['front'] },
  { words: ['override', '-n', 'team', 'f'], apps: [] },
  { words: ['override', 'front=3', ''], apps: ['front=', 'sender='] },
])('completes $words with the apps of the policy that the command would take', async ({ words, apps }) => {
  const { context, printed } = aCommandContext();
  const env = { MICROSCALING_SERVER: await operator() };
  await run(optionsOf({}), { ...context, env, arguments: words, commands: COMMANDS });
  expect(printed).toEqual(apps);
});
